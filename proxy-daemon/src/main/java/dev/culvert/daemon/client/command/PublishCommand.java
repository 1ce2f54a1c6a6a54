package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert publish SUBJECT [DATA]}. */
@Command(
        name = "publish",
        description =
                "Publishes a message on a subject, and says how many clients and agents got it. On the"
                        + " subject inbox.ID of a message, it is the reply.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  culvert publish build.done '{\"ok\": true}'",
            "  culvert publish inbox.9J2fQ0x yes"
        })
final class PublishCommand implements Verb {
    private static final View REACH =
            View.of(
                    "receivers",
                    Column.number("receivers", "receivers"),
                    Column.number("missed", "missed"));

    private final Session session;

    @Parameters(index = "0", paramLabel = "SUBJECT", description = "Such as build.done.")
    private String subject = "";

    @Parameters(
            index = "1..*",
            paramLabel = "DATA",
            description = "JSON; anything else is a text. - reads it from stdin. Default: null")
    private List<String> words = List.of();

    @Option(
            names = "--tenant",
            paramLabel = "TENANT",
            description = "Whose subject; only for callers of no tenant. Default: default")
    private @Nullable String tenant;

    PublishCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        String path =
                "/api/v1/subjects/"
                        + Request.segment(subject)
                        + (tenant == null ? "" : "?tenant=" + Request.segment(tenant));
        Value body = Value.members("data", Words.data(words, session));
        session.output().item(session.api().ask(Request.post(path, body)), REACH);
        return ExitCode.OK;
    }
}
