package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.EventReader.Event;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code culvert approvals watch}. */
@Command(
        name = "watch",
        description =
                "Prints each call that waits for a decision, and then each one that is new or was"
                        + " decided, as it comes, until Ctrl-C.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "With --output json or jsonl, each is one line with everything that is known of it. When",
            "the daemon is away, it is tried again for up to a minute. If it was restarted, the calls",
            "that wait follow again, and a line on stderr says that decisions may be missing.",
            "",
            "Examples:",
            "  culvert approvals watch",
            "  culvert approvals watch --agent web-1 --output jsonl"
        })
final class WatchApprovalsCommand implements Verb, EventFollower.Printer {
    private final Session session;

    @Option(names = "--agent", paramLabel = "AGENT", description = "Only those of this agent.")
    private @Nullable String agent;

    WatchApprovalsCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        AgentsCommand.require(session.api(), agent);
        String query = agent == null ? "" : "?agent=" + Request.segment(agent);
        return new EventFollower(session, ApprovalsCommand.PATH + query, true, this).run();
    }

    @Override
    public void again(Duration lost) {
        session.output().note("following again");
    }

    @Override
    public OptionalInt print(Event event) throws IOException {
        Value data = Value.parse(event.data());
        switch (event.type()) {
            case "approval" -> session.output().event(data, ApprovalsCommand.LIST);
            case "missed" ->
                    session.output()
                            .note(
                                    "decisions may be missing here; the calls that wait follow"
                                            + " again");
            default -> {
                session.output()
                        .note(
                                "the stream was ended: %s (%s)"
                                        .formatted(
                                                Quoted.sentence(data.text("message")),
                                                Quoted.word(data.text("code"))));
                return OptionalInt.of(ExitCode.REFUSED);
            }
        }
        return OptionalInt.empty();
    }
}
