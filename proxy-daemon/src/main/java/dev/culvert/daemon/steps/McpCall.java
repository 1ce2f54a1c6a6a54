package dev.culvert.daemon.steps;

import dev.culvert.daemon.flows.StepEnd;
import dev.culvert.daemon.flows.StepFailure;
import dev.culvert.daemon.flows.StepInput;
import dev.culvert.daemon.flows.Values;
import dev.culvert.policy.Limits;
import dev.culvert.settings.Jsonc;
import dev.culvert.settings.Node;
import dev.culvert.tools.Arguments;
import dev.culvert.tools.BuiltinTool;
import dev.culvert.tools.Grant;
import dev.culvert.tools.ToolException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One call of a tool of an MCP server of this host, for a step. Has a thread of its own. */
final class McpCall {
    private static final Duration PAUSE = Duration.ofMillis(100);

    /** Before the step's own time is over, so that the failure says what it waited for. */
    private static final Duration MARGIN = Duration.ofMillis(500);

    private static final int JSON_BYTES = 300;

    private final HostTools tools;
    private final StepInput input;
    private final StepEnd end;
    private final int mostBytes;
    private volatile boolean left;

    /**
     * @param mostBytes of the step's output
     */
    McpCall(HostTools tools, StepInput input, StepEnd end, int mostBytes) {
        this.tools = tools;
        this.input = input;
        this.end = end;
        this.mostBytes = mostBytes;
    }

    /** Returns what ends it early. */
    Runnable begin() {
        Thread.ofVirtual().name("culvert-mcp-step").start(this::run);
        return () -> left = true;
    }

    private void run() {
        String server = input.text("mcp", "");
        String name = input.text("name", "");
        try {
            BuiltinTool tool = await(server, name);
            if (tool != null) {
                call(tool);
            }
        } catch (ToolException e) {
            end.failed(new StepFailure("tool_failed", String.valueOf(e.getMessage()), false));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Null if the step has ended. */
    private @Nullable BuiltinTool await(String server, String name) throws InterruptedException {
        long until = System.nanoTime() + input.patience().minus(MARGIN).toNanos();
        while (!left) {
            Optional<String> refusal = tools.refuses(server, name);
            if (refusal.isPresent()) {
                end.failed(new StepFailure("unknown_tool", refusal.get(), false));
                return null;
            }
            BuiltinTool tool = tools.find(server, name);
            if (tool != null) {
                return tool;
            }
            if (System.nanoTime() - until >= 0) {
                end.failed(
                        new StepFailure(
                                "server_away",
                                "the MCP server '%s' is not reached: the log of the daemon says why"
                                        .formatted(server),
                                true));
                return null;
            }
            Thread.sleep(PAUSE);
        }
        return null;
    }

    private void call(BuiltinTool tool) throws ToolException {
        Limits limits = Limits.DEFAULT;
        Duration patience =
                input.patience().compareTo(Duration.ofHours(24)) < 0
                        ? input.patience()
                        : Duration.ofHours(24);
        Grant grant =
                new Grant(
                        new Limits(
                                patience,
                                limits.maxOutputBytes(),
                                List.of(),
                                false,
                                limits.maxFileBytes()),
                        _ -> false,
                        Math.max(1, mostBytes / 2 - JSON_BYTES),
                        () -> left);
        Node given = Params.member(input.params(), "arguments");
        String text = tool.run(Arguments.read(given == null ? "" : given.json()), grant);
        Map<String, Node> output = new LinkedHashMap<>();
        output.put("text", Values.text(text));
        output.put("value", value(text));
        end.done(Values.members(output));
    }

    /** What the text is as JSON. */
    private static Node value(String text) {
        String json = text.strip();
        if (!json.startsWith("{") && !json.startsWith("[")) {
            return Values.NULL;
        }
        try {
            return Jsonc.read(json);
        } catch (IllegalArgumentException _) {
            return Values.NULL;
        }
    }
}
