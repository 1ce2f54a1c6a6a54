package dev.culvert.daemon.client.workbench;

import dev.culvert.daemon.client.chat.BoundedTool;
import dev.culvert.io.Quoted;
import dev.culvert.policy.Action;
import dev.culvert.tools.Arguments;
import dev.culvert.tools.Grant;
import dev.culvert.tools.ToolException;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** One of the tools, as the console offers it to the agent in use. */
public final class InfrastructureTool implements BoundedTool {
    private static final int LOOK_MILLIS = 50;

    /** After it, a verb that does not stop goes on unheard. */
    private static final int MOST_LOOKS = 100;

    private final Workbench bench;
    private final Tool tool;

    private InfrastructureTool(Workbench bench, Tool tool) {
        this.bench = bench;
        this.tool = tool;
    }

    /** Those that work here, in whatever mode. */
    public static List<BoundedTool> of(Workbench bench) {
        return Stream.of(Tool.values())
                .filter(tool -> bench.place().isPresent() || !tool.needsWorkspace())
                .<BoundedTool>map(tool -> new InfrastructureTool(bench, tool))
                .toList();
    }

    @Override
    public String name() {
        return tool.label();
    }

    @Override
    public String description() {
        return tool.description();
    }

    @Override
    public String schema() {
        return tool.schema();
    }

    @Override
    public boolean isOffered() {
        return bench.isOffered(tool);
    }

    @Override
    public boolean isAlwaysAsked() {
        return tool == Tool.APPLY;
    }

    @Override
    public List<String> picture(Arguments arguments) throws ToolException {
        if (tool != Tool.APPLY) {
            return List.of();
        }
        try {
            return bench.question(Value.parse(arguments.json()))
                    .lines()
                    .map(Quoted::lines)
                    .toList();
        } catch (IOException e) {
            throw new ToolException(Quoted.page(String.valueOf(e.getMessage())), e);
        }
    }

    @Override
    public Action plan(Arguments arguments) {
        return new Action.Tool(name());
    }

    @Override
    public String run(Arguments arguments, Grant grant) throws ToolException {
        Value given;
        try {
            given = Value.parse(arguments.json());
        } catch (BadValueException e) {
            throw new ToolException(String.valueOf(e.getMessage()), e);
        }
        CompletableFuture<Outcome> end = new CompletableFuture<>();
        Thread runner =
                Thread.ofVirtual()
                        .name("tool")
                        .start(() -> {
                            try {
                                end.complete(bench.run(tool, given, _ -> {}));
                            } catch (RuntimeException | Error e) {
                                end.completeExceptionally(e);
                            }
                        });
        Outcome outcome = await(end, runner, grant);
        if (!outcome.ok()) {
            throw new ToolException(outcome.text());
        }
        return outcome.text();
    }

    private static Outcome await(CompletableFuture<Outcome> end, Thread runner, Grant grant)
            throws ToolException {
        int looks = 0;
        while (looks < MOST_LOOKS) {
            try {
                return end.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException _) {
                if (grant.isCancelled()) {
                    runner.interrupt();
                    looks++;
                }
            } catch (InterruptedException e) {
                runner.interrupt();
                Thread.currentThread().interrupt();
                throw new ToolException("the user stopped it", e);
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            }
        }
        throw new ToolException("the user stopped it; it has not ended yet: look before you go on");
    }
}
