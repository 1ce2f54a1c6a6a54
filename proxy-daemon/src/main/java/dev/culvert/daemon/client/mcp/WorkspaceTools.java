package dev.culvert.daemon.client.mcp;

import dev.culvert.daemon.client.console.Effect;
import dev.culvert.daemon.client.console.Mode;
import dev.culvert.daemon.client.workbench.Outcome;
import dev.culvert.daemon.client.workbench.Tool;
import dev.culvert.daemon.client.workbench.Workbench;
import dev.culvert.io.Quoted;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The tools of a workspace beside those of the daemon, as far as the mode goes. */
final class WorkspaceTools {
    /** It only tells an agent something, as the console does in each mode. */
    private static final String ASK = "ask";

    private final McpEndpoint daemon;
    private final Workbench bench;
    private final AtomicInteger questions = new AtomicInteger();
    private final Map<String, CompletableFuture<Value>> asked = new ConcurrentHashMap<>();

    /** Those of the daemon that only read, as it said last. */
    private volatile Set<String> reading = Set.of();

    WorkspaceTools(McpEndpoint daemon, Workbench bench) {
        this.daemon = daemon;
        this.bench = bench;
    }

    /** The daemon's that the mode allows, and those of the workspace. */
    Value list(Value ofTheDaemon) {
        boolean all = bench.mode() == Mode.APPLY;
        List<Value> tools = new ArrayList<>();
        for (Value tool : ofTheDaemon.list()) {
            if (Tool.named(tool.text("name")).isEmpty()
                    && (all || tool.text("name").equals(ASK) || isReading(tool))) {
                tools.add(tool);
            }
        }
        bench.offered().forEach(tool -> tools.add(described(tool)));
        return Value.of(tools);
    }

    private static boolean isReading(Value tool) {
        return tool.at("annotations").text("readOnlyHint").equals("true");
    }

    private static Value described(Tool tool) {
        try {
            return Value.members(
                    "name",
                    tool.label(),
                    "title",
                    tool.title(),
                    "description",
                    tool.description(),
                    "inputSchema",
                    Value.parse(tool.schema()),
                    "annotations",
                    Value.members(
                            "readOnlyHint",
                            tool.effect() == Effect.READ,
                            "destructiveHint",
                            tool.effect() == Effect.DESTROY,
                            "idempotentHint",
                            tool.effect() != Effect.CHANGE,
                            "openWorldHint",
                            false));
        } catch (BadValueException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Why the mode does not let a tool of the daemon run; empty if it does. */
    String refusal(String name) throws IOException {
        Mode mode = bench.mode();
        if (mode == Mode.APPLY || name.equals(ASK) || reading.contains(name)) {
            return "";
        }
        List<Value> all = daemon.ask("tools/list").at("tools").list();
        reading =
                all.stream()
                        .filter(WorkspaceTools::isReading)
                        .map(it -> it.text("name"))
                        .collect(Collectors.toUnmodifiableSet());
        boolean isThere = all.stream().anyMatch(it -> it.text("name").equals(name));
        return !isThere || reading.contains(name)
                ? ""
                : "%s changes something, and the mode %s of this workspace allows %s; the user changes it with culvert mcp mode apply"
                        .formatted(Quoted.word(name), mode.label(), mode.what());
    }

    /** Runs one of the workspace's, and answers. */
    void call(
            Tool tool,
            Value message,
            Program program,
            Consumer<Closeable> opened,
            Consumer<Value> each) {
        Thread runner = Thread.currentThread();
        opened.accept(runner::interrupt);
        Value params = message.at("params");
        if (tool == Tool.APPLY) {
            Value reply;
            try {
                String question = bench.question(params.at("arguments"));
                reply = params.at("inputResponses", Results.CONFIRM);
                if (!program.elicits()) {
                    throw new IOException(
                            "this program cannot ask its user, and nothing is applied without that: the user applies the plan with culvert apply "
                                    + params.at("arguments").text("digest"));
                } else if (!program.isModern()) {
                    reply = ask(question, each);
                } else if (reply.isNothing()) {
                    each.accept(Results.response(message, Results.asks(question)));
                    return;
                }
                if (!Results.agrees(reply)) {
                    throw new IOException("the user did not agree, so nothing was done");
                }
            } catch (IOException e) {
                Outcome refused = new Outcome(false, Quoted.page(String.valueOf(e.getMessage())));
                each.accept(Results.response(message, Results.tool(refused, program)));
                return;
            }
        }
        Value token = params.at("_meta", "progressToken");
        AtomicInteger lines = new AtomicInteger();
        Consumer<String> progress =
                token.isNothing()
                        ? _ -> {}
                        : line ->
                                each.accept(Results.progress(token, lines.incrementAndGet(), line));
        Outcome outcome = bench.run(tool, params.at("arguments"), progress);
        each.accept(Results.response(message, Results.tool(outcome, program)));
    }

    private Value ask(String question, Consumer<Value> each) throws IOException {
        String id = "culvert-" + questions.incrementAndGet();
        CompletableFuture<Value> answer = new CompletableFuture<>();
        asked.put(id, answer);
        try {
            each.accept(Results.request(id, question));
            return answer.get().at("result");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the call was cancelled, so nothing was done", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            asked.remove(id);
        }
    }

    /** Whether it is the answer to a question of ours, which is taken. */
    boolean takes(Value message) {
        CompletableFuture<Value> waiting =
                message.text("method").isEmpty() ? asked.get(message.text("id")) : null;
        return waiting != null && waiting.complete(message);
    }
}
