package dev.culvert.daemon.client.command;

import dev.culvert.about.Spelling;
import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.EventReader.Event;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.View;
import dev.culvert.io.Quoted;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code culvert call [OPERATION [NAME=VALUE…]]}. */
@Command(
        name = "call",
        description =
                "Runs an operation by its name. Lists what you may do if you name none: also what"
                        + " has no command of its own.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "A value is a text, or JSON where the operation takes something else; docs/operations.md",
            "describes the arguments of each. The answer is printed as JSON, and events of a stream",
            "as one line each until Ctrl-C. In the console, a slash and the name do the same.",
            "",
            "Examples:",
            "  culvert call",
            "  culvert call agents.turns id=web-1",
            "  culvert call agents.context id=web-1 'context={\"branch\":\"main\"}'",
            "  culvert call events"
        })
final class CallCommand implements Verb {
    static final String OPERATIONS = "/api/v1/operations";

    private static final View LIST =
            View.of(
                    "name",
                    Column.of("OPERATION", "name"),
                    Column.of("EFFECT", "effect"),
                    Column.of("COMMAND", CallCommand::command),
                    Column.of("DOES", "summary"));
    private static final View ANSWER = View.of("id");
    private static final View EVENT =
            View.of("event", Column.of("EVENT", "event"), Column.of("DATA", "data"));

    private final Session session;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "OPERATION",
            description = "Its name, as the list has it.")
    private @Nullable String name;

    @Parameters(
            index = "1..*",
            paramLabel = "NAME=VALUE",
            description = "An argument of the operation.")
    private List<String> words = List.of();

    CallCommand(Session session) {
        this.session = session;
    }

    private static String command(Value operation) {
        String verb = operation.text("verb");
        return verb.isEmpty() ? "" : "culvert " + verb;
    }

    @Override
    public int run() throws IOException {
        Api api = session.api();
        List<Value> operations = api.get(OPERATIONS).at("operations").list();
        if (name == null) {
            session.output().items(operations, LIST);
            return ExitCode.OK;
        }
        Value operation = named(operations, name);
        Value arguments = arguments(operation);
        if (operation.text("streams").equals("true")) {
            return follow(operation, arguments);
        }
        Value answer = api.ask(Request.post(OPERATIONS + "/" + Request.segment(name), arguments));
        Output output = session.output();
        if (answer.isNothing()) {
            output.note(output.ofRun("done"));
        } else {
            output.value(answer, ANSWER);
        }
        return ExitCode.OK;
    }

    private static Value named(List<Value> operations, String name) throws UsageException {
        return operations.stream()
                .filter(it -> it.text("name").equals(name))
                .findAny()
                .orElseThrow(() ->
                        new UsageException(
                                "there is no operation '%s' that you may run%s (culvert call lists them)"
                                        .formatted(
                                                Quoted.word(name),
                                                Spelling.question(
                                                        name,
                                                        operations.stream()
                                                                .map(it -> it.text("name"))
                                                                .toList()))));
    }

    private Value arguments(Value operation) throws UsageException {
        Value schema = operation.at("parameters");
        Map<String, Value> known = schema.at("properties").map();
        boolean takesMore = schema.text("additionalProperties").equals("true");
        Map<String, Value> arguments = new LinkedHashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals <= 0) {
                throw new UsageException(
                        "'%s' is no argument: write NAME=VALUE, of %s"
                                .formatted(Quoted.word(word), names(known)));
            }
            String argument = word.substring(0, equals);
            if (!known.containsKey(argument) && !takesMore) {
                throw new UsageException(
                        "the operation '%s' takes no '%s'%s: it takes %s"
                                .formatted(
                                        operation.text("name"),
                                        Quoted.word(argument),
                                        Spelling.question(argument, known.keySet()),
                                        names(known)));
            }
            arguments.put(
                    argument,
                    value(
                            argument,
                            known.getOrDefault(argument, Value.nothing()),
                            word.substring(equals + 1)));
        }
        for (Value required : schema.at("required").list()) {
            if (!arguments.containsKey(required.text())) {
                throw new UsageException(
                        "%s=… is missing: the operation '%s' needs it"
                                .formatted(required.text(), operation.text("name")));
            }
        }
        return new Value.Members(arguments);
    }

    private static String names(Map<String, Value> known) {
        return known.isEmpty() ? "which it takes none" : String.join(", ", known.keySet());
    }

    /** A text where the operation takes one; else JSON, or a text if it may be anything. */
    private static Value value(String argument, Value schema, String text) throws UsageException {
        String type = schema.text("type");
        if (type.equals("string")) {
            return Value.of(text);
        }
        try {
            return Value.parse(text);
        } catch (BadValueException e) {
            if (type.isEmpty()) {
                return Value.of(text);
            }
            throw new UsageException(
                    "%s is no JSON: %s; it takes %s"
                            .formatted(argument, Quoted.message(e), Quoted.word(type)));
        }
    }

    private int follow(Value operation, Value arguments) throws IOException {
        if (!operation.text("method").equals("GET")) {
            throw new UsageException(
                    "the operation '%s' streams and cannot be called by its name: send %s %s"
                            .formatted(
                                    operation.text("name"),
                                    operation.text("method"),
                                    operation.text("path")));
        }
        return new EventFollower(
                        session,
                        path(operation, arguments),
                        false,
                        new EventFollower.Printer() {
                            @Override
                            public OptionalInt print(Event event) throws IOException {
                                session.output()
                                        .event(
                                                Value.members(
                                                        "event",
                                                        event.type(),
                                                        "data",
                                                        Value.parse(event.data())),
                                                EVENT);
                                return OptionalInt.empty();
                            }

                            @Override
                            public void again(Duration lost) {}
                        })
                .run();
    }

    private static String path(Value operation, Value arguments) {
        Map<String, Value> known = operation.at("parameters", "properties").map();
        String path = operation.text("path");
        List<String> query = new ArrayList<>();
        for (Map.Entry<String, Value> each : arguments.map().entrySet()) {
            String text = Request.segment(each.getValue().text());
            boolean inPath =
                    known.getOrDefault(each.getKey(), Value.nothing()).text("x-in").equals("path");
            if (inPath) {
                path = path.replace("{" + each.getKey() + "}", text);
            } else {
                query.add(Request.segment(each.getKey()) + "=" + text);
            }
        }
        return query.isEmpty() ? path : path + "?" + String.join("&", query);
    }
}
