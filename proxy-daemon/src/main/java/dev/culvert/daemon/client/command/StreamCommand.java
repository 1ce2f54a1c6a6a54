package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.http.TurnStream;
import dev.culvert.daemon.client.output.Output;
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
            return new TurnPrinter(output, cancellation::cancel, cancellation::happened)
                    .print(turn);
        }
    }
}
