package dev.culvert.daemon.client.mcp;

import dev.culvert.daemon.client.workbench.Outcome;
import dev.culvert.daemon.client.workbench.Overview;
import dev.culvert.daemon.client.workbench.Place;
import dev.culvert.daemon.client.workbench.Tool;
import dev.culvert.daemon.client.workbench.Workbench;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The daemon with a workspace before it: tools, resources and prompts of the workspace are added to
 * what the daemon offers, and what is above the mode is taken away.
 */
public final class WorkspaceServer implements Answering {
    private static final String SCHEME = "culvert://";

    /** The mode may change at any time. */
    private static final int TTL_MILLIS = 1_000;

    private final McpEndpoint daemon;
    private final Workbench bench;
    private final Place place;
    private final WorkspaceTools tools;
    private volatile Program begun = new Program(false, false);

    public WorkspaceServer(McpEndpoint daemon, Workbench bench, Place place) {
        this.daemon = daemon;
        this.bench = bench;
        this.place = place;
        tools = new WorkspaceTools(daemon, bench);
    }

    @Override
    public void send(Value message, Consumer<Closeable> opened, Consumer<Value> each)
            throws IOException {
        if (tools.takes(message)) {
            return;
        }
        Program program = Program.of(message, begun);
        Value params = message.at("params");
        switch (message.text("method")) {
            case "initialize" ->
                    amended(
                            message,
                            opened,
                            each,
                            result -> {
                                begun = Program.begun(message, result);
                                return introduced(result);
                            });
            case "server/discover" -> amended(message, opened, each, this::introduced);
            case "tools/list" ->
                    amended(
                            message,
                            opened,
                            each,
                            result -> with(result, "tools", tools.list(result.at("tools"))));
            case "tools/call" -> call(message, program, opened, each);
            case "resources/list" ->
                    amended(message, opened, each, result -> resources(params, result));
            case "resources/read" -> read(message, program, opened, each);
            case "prompts/list" ->
                    amended(
                            message,
                            opened,
                            each,
                            result -> with(result, "prompts", Prompt.list(result.at("prompts"))));
            case "prompts/get" -> prompt(message, program, opened, each);
            default -> daemon.send(message, opened, each);
        }
    }

    /** What the daemon answers, with its result changed; an error stays as it is. */
    private void amended(
            Value message,
            Consumer<Closeable> opened,
            Consumer<Value> each,
            UnaryOperator<Value> change)
            throws IOException {
        daemon.send(
                message,
                opened,
                answer ->
                        each.accept(
                                answer.at("result").isNothing()
                                        ? answer
                                        : with(
                                                answer,
                                                "result",
                                                change.apply(answer.at("result")))));
    }

    private static Value with(Value value, String name, Value member) {
        Map<String, Value> members = new LinkedHashMap<>(value.map());
        members.put(name, member);
        if (!value.at("ttlMs").isNothing()) {
            members.put("ttlMs", Value.of(TTL_MILLIS));
        }
        return new Value.Members(members);
    }

    private Value introduced(Value result) {
        return with(
                result,
                "instructions",
                Value.of(
                        "%s The infrastructure workspace '%s' is here: status shows it, find and read look, plan prepares changes, and apply does what a plan says."
                                .formatted(result.text("instructions"), place.name())
                                .strip()));
    }

    private void call(
            Value message, Program program, Consumer<Closeable> opened, Consumer<Value> each)
            throws IOException {
        String name = message.at("params").text("name");
        Optional<Tool> tool = Tool.named(name);
        if (tool.isPresent()) {
            tools.call(tool.get(), message, program, opened, each);
            return;
        }
        String refusal = tools.refusal(name);
        if (refusal.isEmpty()) {
            daemon.send(message, opened, each);
        } else {
            each.accept(
                    Results.response(message, Results.tool(new Outcome(false, refusal), program)));
        }
    }

    private static Value resources(Value params, Value result) {
        List<Value> all = new ArrayList<>();
        if (params.at("cursor").isNothing()) {
            for (Overview view : Overview.values()) {
                all.add(
                        Value.members(
                                "uri",
                                SCHEME + view.label(),
                                "name",
                                view.label(),
                                "title",
                                view.title(),
                                "description",
                                view.description(),
                                "mimeType",
                                "application/json"));
            }
        }
        all.addAll(result.at("resources").list());
        return with(result, "resources", Value.of(all));
    }

    private void read(
            Value message, Program program, Consumer<Closeable> opened, Consumer<Value> each)
            throws IOException {
        String uri = message.at("params").text("uri");
        Optional<Overview> view =
                uri.startsWith(SCHEME)
                        ? Overview.named(uri.substring(SCHEME.length()))
                        : Optional.empty();
        if (view.isEmpty()) {
            daemon.send(message, opened, each);
            return;
        }
        Thread runner = Thread.currentThread();
        opened.accept(runner::interrupt);
        Value contents =
                Value.of(
                        List.of(
                                Value.members(
                                        "uri",
                                        uri,
                                        "mimeType",
                                        "application/json",
                                        "text",
                                        bench.whole(view.get()))));
        Value result =
                program.isModern()
                        ? Results.complete(
                                program, "contents", contents, "ttlMs", 0, "cacheScope", "private")
                        : Results.complete(program, "contents", contents);
        each.accept(Results.response(message, result));
    }

    private void prompt(
            Value message, Program program, Consumer<Closeable> opened, Consumer<Value> each)
            throws IOException {
        Value params = message.at("params");
        Optional<Prompt> prompt = Prompt.named(params.text("name"));
        if (prompt.isEmpty()) {
            daemon.send(message, opened, each);
            return;
        }
        String text = params.at("arguments").text(prompt.get().argument());
        if (text.isEmpty() && prompt.get().isNeeded()) {
            each.accept(
                    Results.mistake(
                            message,
                            "The prompt '%s' needs the argument '%s'."
                                    .formatted(prompt.get().label(), prompt.get().argument())));
            return;
        }
        each.accept(
                Results.response(
                        message,
                        Results.complete(
                                program,
                                "description",
                                prompt.get().title(),
                                "messages",
                                Value.of(
                                        List.of(
                                                Value.members(
                                                        "role",
                                                        "user",
                                                        "content",
                                                        Value.members(
                                                                "type",
                                                                "text",
                                                                "text",
                                                                prompt.get()
                                                                        .text(
                                                                                Quoted.word(
                                                                                        place
                                                                                                .name()),
                                                                                text))))))));
    }
}
