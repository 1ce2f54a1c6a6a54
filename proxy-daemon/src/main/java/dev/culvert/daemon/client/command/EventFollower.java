package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.EventReader;
import dev.culvert.daemon.client.http.EventReader.Event;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.http.UnreachableException;
import dev.culvert.value.BadValueException;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Follows a stream of the daemon until Ctrl-C, and again when the daemon was away for up to a
 * minute. For one thread, but any may stop it.
 */
final class EventFollower {
    /** Over two of the daemon's comments, which it sends after each 15 s of silence. */
    private static final Duration SILENCE = Duration.ofSeconds(45);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** After that the daemon is given up. */
    private static final Duration LONGEST_LOSS = Duration.ofSeconds(60);

    private static final int SERVICE_UNAVAILABLE = 503;

    /** Prints what comes. */
    interface Printer {
        /** Returns the exit code if the event is the last one, else nothing. */
        OptionalInt print(Event event) throws IOException;

        /** The stream is followed again, after so long a loss. */
        void again(Duration lost);
    }

    private final Session session;
    private final String path;
    private final boolean resumes;
    private final Printer printer;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile @Nullable EventReader events;
    private String lastId = "";

    /**
     * @param resumes whether the daemon can go on after the last event
     */
    EventFollower(Session session, String path, boolean resumes, Printer printer) {
        this.session = session;
        this.path = path;
        this.resumes = resumes;
        this.printer = printer;
    }

    /** Returns the exit code. */
    int run() throws IOException {
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
        Request request = Request.get(path).with("accept", "text/event-stream").patient(SILENCE);
        if (resumes && !lastId.isEmpty()) {
            request = request.with("last-event-id", lastId);
        }
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
                printer.again(Duration.ofNanos(System.nanoTime() - lost));
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
     * Returns when the stream was ended, or nobody reads what is printed.
     *
     * @throws IOException when the connection was lost
     */
    private int print(EventReader from) throws IOException {
        for (Event event = from.next(); event != null; event = from.next()) {
            lastId = event.id();
            OptionalInt code = printer.print(event);
            if (code.isPresent()) {
                return code.getAsInt();
            }
            if (session.output().isBroken()) {
                return ExitCode.OK;
            }
        }
        throw new EOFException("the daemon has ended the stream");
    }
}
