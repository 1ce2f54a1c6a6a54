package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.EventReader.Event;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.http.TurnStream;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.client.value.Value;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code culvert stream AGENT TEXT}. */
@Command(
        name = "stream",
        description =
                "Sends a message to an agent and prints the answer as it comes. A lost connection"
                        + " is resumed. Ctrl-C cancels the turn and says how long that took.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "With --output json or jsonl, each event is one line: its id, its event and its data.",
            "",
            "Examples:",
            "  culvert stream web-1 what is in this folder",
            "  git diff | culvert stream web-1 -"
        })
final class StreamCommand implements Verb {
    private static final View EVENT =
            View.of("id", Column.of("EVENT", "event"), Column.of("DATA", "data"));

    private final Session session;

    @Parameters(index = "0", paramLabel = "AGENT", description = "Its name.")
    private String agent = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "TEXT",
            description = "The message; - reads it from stdin.")
    private List<String> words = List.of();

    StreamCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Api api = session.api();
        Output output = session.output();
        Request request =
                Request.post(AgentsCommand.path(agent) + "/stream", Words.message(words, session));
        try (TurnStream turn =
                new TurnStream(
                        api,
                        request,
                        TurnStream.Resuming.USUAL,
                        loss ->
                                output.note(
                                        "the connection was lost (%s): resuming"
                                                .formatted(loss.getMessage())))) {
            Cancellation cancellation = new Cancellation(api, output, turn::turn, turn);
            session.around().place().onInterrupt().accept(cancellation::cancel);
            return read(turn, output, cancellation);
        }
    }

    private int read(TurnStream turn, Output output, Cancellation cancellation) throws IOException {
        boolean ownLine = true;
        try {
            for (Event event = turn.next(); event != null; event = turn.next()) {
                if (output.format() != Format.TABLE) {
                    output.event(value(event), EVENT);
                }
                Value data = Value.parse(event.data());
                switch (event.type()) {
                    case "chunk" -> {
                        String text = data.text("content");
                        ownLine = text.isEmpty() ? ownLine : text.endsWith("\n");
                        if (output.format() == Format.TABLE) {
                            output.piece(text);
                        }
                        if (output.isBroken()) {
                            cancellation.cancel();
                        }
                    }
                    case "done" -> endLine(output, ownLine);
                    default -> {
                        endLine(output, ownLine);
                        return cancellation.happened()
                                ? ExitCode.INTERRUPTED
                                : failed(event.type(), data, output);
                    }
                }
            }
        } catch (IOException e) {
            endLine(output, ownLine);
            if (cancellation.happened()) {
                return ExitCode.INTERRUPTED;
            }
            throw e;
        }
        return cancellation.happened() ? ExitCode.INTERRUPTED : ExitCode.OK;
    }

    private static void endLine(Output output, boolean ownLine) {
        if (!ownLine && output.format() == Format.TABLE) {
            output.piece("\n");
        }
    }

    private static Value value(Event event) throws IOException {
        return Value.members(
                "id", event.id(), "event", event.type(), "data", Value.parse(event.data()));
    }

    private static int failed(String type, Value data, Output output) {
        output.note(
                type.equals("tool_blocked")
                        ? "the agent may not use the tool %s: %s (tool_allowlist)"
                                .formatted(
                                        Quoted.word(data.text("tool_name")),
                                        Quoted.sentence(data.text("reason")))
                        : "the turn failed: %s (%s)"
                                .formatted(
                                        Quoted.sentence(data.text("message")),
                                        Quoted.word(data.text("code"))));
        return ExitCode.FAILED;
    }
}
