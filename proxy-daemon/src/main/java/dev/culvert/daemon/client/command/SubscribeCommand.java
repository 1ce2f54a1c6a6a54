package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.EventReader.Event;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.View;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert subscribe MATCH}. */
@Command(
        name = "subscribe",
        description =
                "Follows the messages on subjects, and prints each until Ctrl-C: who sent it, its"
                        + " subject, where a reply goes, and its data.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "With --output json or jsonl, each message is one line. When the daemon is away, it is",
            "tried again for up to a minute; a line on stderr says for how long messages are missing.",
            "",
            "Examples:",
            "  culvert subscribe 'build.*'",
            "  culvert subscribe '>' --output jsonl"
        })
final class SubscribeCommand implements Verb, EventFollower.Printer {
    private static final View MESSAGE =
            View.of(
                    "subject",
                    Column.of("AGENT", value -> orDash(value.text("agent"))),
                    Column.of("SUBJECT", "subject"),
                    Column.of("REPLY", value -> orDash(value.text("reply"))),
                    Column.of("DATA", value -> value.at("data").json()));

    private final Session session;

    @Parameters(
            paramLabel = "MATCH",
            description =
                    "A subject in which * stands for one part, and > at the end for all that"
                            + " follow.")
    private String match = "";

    @Option(
            names = "--tenant",
            paramLabel = "TENANT",
            description = "Whose subjects; only for callers of no tenant. Default: default")
    private @Nullable String tenant;

    SubscribeCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        String path =
                "/api/v1/subjects?match="
                        + Request.segment(match)
                        + (tenant == null ? "" : "&tenant=" + Request.segment(tenant));
        return new EventFollower(session, path, false, this).run();
    }

    @Override
    public void again(Duration lost) {
        session.output()
                .note(
                        "following again; what was published in the %.1f s before is missing"
                                .formatted(lost.toNanos() / 1e9));
    }

    @Override
    public OptionalInt print(Event event) throws IOException {
        Output output = session.output();
        Value data = Value.parse(event.data());
        switch (event.type()) {
            case "message" -> output.event(data, MESSAGE);
            case "missed" ->
                    output.note(
                            "%d messages are missing here: this program, or what reads it, was too slow"
                                    .formatted(data.number(0, "missed")));
            default -> {
                output.note(
                        "the subscription was ended: %s (%s)"
                                .formatted(
                                        Quoted.sentence(data.text("message")),
                                        Quoted.word(data.text("code"))));
                return OptionalInt.of(ExitCode.REFUSED);
            }
        }
        return OptionalInt.empty();
    }

    private static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }
}
