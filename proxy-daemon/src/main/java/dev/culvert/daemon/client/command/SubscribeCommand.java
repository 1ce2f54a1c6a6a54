package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.EventReader;
import dev.culvert.daemon.client.http.EventReader.Event;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.http.UnreachableException;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.client.value.BadValueException;
import dev.culvert.daemon.client.value.Value;
import dev.culvert.io.Quoted;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
final class SubscribeCommand implements Verb {
    /** Over two of the daemon's comments, which it sends after each 15 s of silence. */
    private static final Duration SILENCE = Duration.ofSeconds(45);

    private static final View MESSAGE =
            View.of(
                    "subject",
                    Column.of("AGENT", value -> orDash(value.text("agent"))),
                    Column.of("SUBJECT", "subject"),
                    Column.of("REPLY", value -> orDash(value.text("reply"))),
                    Column.of("DATA", value -> value.at("data").json()));

    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** After that the daemon is given up. */
    private static final Duration LONGEST_LOSS = Duration.ofSeconds(60);

    private static final int SERVICE_UNAVAILABLE = 503;

    private final Session session;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile @Nullable EventReader events;

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
        session.around().place().onInterrupt().accept(this::stop);
        try {
            OptionalInt code = read(open());
            while (code.isEmpty()) {
                code = read(openAgain());
            }
            return code.getAsInt();
        } catch (IOException e) {
            if (isStopped()) {
                return ExitCode.INTERRUPTED;
            }
            throw e;
        } catch (InterruptedException _) {
            return ExitCode.INTERRUPTED;
        }
    }

    /** Called on another thread. */
    private void stop() {
        stopped.countDown();
        EventReader open = events;
        if (open != null) {
            try {
                open.close();
            } catch (IOException _) {
                // nothing is left to be closed
            }
        }
    }

    private boolean isStopped() {
        return stopped.getCount() == 0 || Thread.interrupted();
    }

    private EventReader open() throws IOException {
        String path =
                "/api/v1/subjects?match="
                        + Request.segment(match)
                        + (tenant == null ? "" : "&tenant=" + Request.segment(tenant));
        Request request = Request.get(path).with("accept", "text/event-stream").patient(SILENCE);
        EventReader opened = new EventReader(session.api().open(request));
        events = opened;
        if (stopped.getCount() == 0) {
            opened.close();
        }
        return opened;
    }

    private EventReader openAgain() throws IOException, InterruptedException {
        long lost = System.nanoTime();
        Duration pause = FIRST_PAUSE;
        while (true) {
            if (stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new InterruptedException("stopped while the daemon was away");
            }
            boolean isLate = System.nanoTime() - lost > LONGEST_LOSS.toNanos();
            try {
                EventReader opened = open();
                session.output()
                        .note(
                                "following again; what was published in the %.1f s before is missing"
                                        .formatted((System.nanoTime() - lost) / 1e9));
                return opened;
            } catch (ProblemException e) {
                if (isLate || e.status() != SERVICE_UNAVAILABLE) {
                    throw e;
                }
            } catch (UnreachableException e) {
                if (isLate) {
                    throw e;
                }
            }
            pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : pause;
        }
    }

    /** Prints what comes; returns the exit code, or nothing when the connection was lost. */
    private OptionalInt read(EventReader from) throws IOException {
        try (from) {
            return OptionalInt.of(print(from));
        } catch (BadValueException e) {
            throw e;
        } catch (IOException e) {
            if (isStopped()) {
                return OptionalInt.of(ExitCode.INTERRUPTED);
            }
            session.output()
                    .note("the connection was lost (%s): trying again".formatted(e.getMessage()));
            return OptionalInt.empty();
        }
    }

    /**
     * Returns when the subscription was ended, or nobody reads what is printed.
     *
     * @throws IOException when the connection was lost
     */
    private int print(EventReader from) throws IOException {
        Output output = session.output();
        for (Event event = from.next(); event != null; event = from.next()) {
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
                    return ExitCode.REFUSED;
                }
            }
            if (output.isBroken()) {
                return ExitCode.OK;
            }
        }
        throw new EOFException("the daemon has ended the stream");
    }

    private static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }
}
