package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code culvert request AGENT SUBJECT [DATA]}. */
@Command(
        name = "request",
        description =
                "Asks an agent on a subject, and prints the data of the reply. A program in its VM"
                        + " replies (culvert-agent answer); test.echo is answered by the agent.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  culvert request web-1 test.echo hello",
            "  culvert request web-1 disk.free"
        })
final class RequestCommand implements Verb {
    private static final View REPLY = View.of("data");

    private final Session session;

    @Parameters(index = "0", paramLabel = "AGENT", description = "Its name.")
    private String agent = "";

    @Parameters(index = "1", paramLabel = "SUBJECT", description = "Such as disk.free.")
    private String subject = "";

    @Parameters(
            index = "2..*",
            paramLabel = "DATA",
            description = "JSON; anything else is a text. - reads it from stdin. Default: null")
    private List<String> words = List.of();

    RequestCommand(Session session) {
        this.session = session;
    }

    /** The daemon watches over the time: subjects.timeout. */
    @Override
    public int run() throws IOException {
        Request request =
                Request.post(
                                AgentsCommand.path(agent) + "/request/" + Request.segment(subject),
                                Value.members("data", Words.data(words, session)))
                        .patient(Duration.ZERO);
        Value reply = session.api().ask(request);
        Output output = session.output();
        if (output.format() == Format.TABLE) {
            String text = reply.text("data");
            output.piece(text.endsWith("\n") ? text : text + "\n");
        } else {
            output.item(reply, REPLY);
        }
        return ExitCode.OK;
    }
}
