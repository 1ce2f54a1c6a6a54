package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code culvert message AGENT TEXT}. */
@Command(
        name = "message",
        description =
                "Sends a message to an agent, waits for the whole answer and prints it."
                        + " An incomplete answer is never printed.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  culvert message web-1 what is in this folder",
            "  culvert message web-1 - < question.txt"
        })
final class MessageCommand implements Verb {
    private static final View ANSWER = View.of("content", Column.of("answer", "content"));

    private final Session session;

    @Parameters(index = "0", paramLabel = "AGENT", description = "Its name.")
    private String agent = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "TEXT",
            description = "The message; - reads it from stdin.")
    private List<String> words = List.of();

    MessageCommand(Session session) {
        this.session = session;
    }

    /** The daemon watches over the time: timeouts.message, from one piece to the next. */
    @Override
    public int run() throws IOException {
        Request request =
                Request.post(AgentsCommand.path(agent) + "/message", Words.message(words, session))
                        .patient(Duration.ZERO);
        Value answer = session.api().ask(request);
        Output output = session.output();
        if (output.format() == Format.TABLE) {
            String text = answer.text("content");
            output.piece(text.endsWith("\n") ? text : text + "\n");
        } else {
            output.item(answer, ANSWER);
        }
        return ExitCode.OK;
    }
}
