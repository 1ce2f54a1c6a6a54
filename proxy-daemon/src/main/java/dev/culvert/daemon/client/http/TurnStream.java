package dev.culvert.daemon.client.http;

import dev.culvert.daemon.client.http.EventReader.Event;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The events of a turn, each once, over as many connections as it takes. For one thread, but any
 * may close it or ask for the turn.
 */
public final class TurnStream implements Closeable {
    private static final String EVENTS = "text/event-stream";

    private static final Set<String> ENDS = Set.of("done", "error", "tool_blocked");

    /** Over two of the daemon's comments, which it sends after each 15 s of silence. */
    private static final Duration SILENCE = Duration.ofSeconds(45);

    private static final int NOTHING_LEFT = 204;

    /** A daemon that is there again is not waited for longer. */
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    private final Api api;
    private final Request request;
    private final Resuming resuming;
    private final Consumer<IOException> onLoss;
    private final boolean watching;
    private volatile @Nullable EventReader events;
    private volatile String lastId = "";
    private final CountDownLatch closed = new CountDownLatch(1);
    private boolean over;

    /**
     * How long to try again.
     *
     * @param pause before the first attempt; twice as long before each other one, up to 5 s
     * @param longest since the connection was lost
     */
    public record Resuming(Duration pause, Duration longest) {
        public static final Resuming USUAL =
                new Resuming(Duration.ofMillis(200), Duration.ofSeconds(60));
    }

    /**
     * Begins the turn with the first call of {@link #next}.
     *
     * @param request what begins it
     * @param onLoss is told each time that a connection was lost, before the turn is resumed
     */
    public TurnStream(Api api, Request request, Resuming resuming, Consumer<IOException> onLoss) {
        this(api, request, resuming, onLoss, false);
    }

    /** Reads a turn along with its reader, and leaves the turn to that. */
    public static TurnStream watching(
            Api api, String turn, Resuming resuming, Consumer<IOException> onLoss) {
        Request request = Request.get(path(Request.segment(turn), true));
        return new TurnStream(api, request, resuming, onLoss, true);
    }

    /**
     * Goes on with a turn of which an earlier process has read some.
     *
     * @param lastId {@code TURN:SEQ} of the last event that it has
     */
    public static TurnStream resuming(Api api, String lastId, Consumer<IOException> onLoss) {
        TurnStream stream = new TurnStream(api, Request.get("/"), Resuming.USUAL, onLoss, false);
        stream.lastId = lastId;
        return stream;
    }

    private TurnStream(
            Api api,
            Request request,
            Resuming resuming,
            Consumer<IOException> onLoss,
            boolean watching) {
        this.watching = watching;
        this.api = api;
        this.request = request;
        this.resuming = resuming;
        this.onLoss = onLoss;
    }

    /** The turn's id; empty before anything of it has come. */
    public String turn() {
        int colon = lastId.lastIndexOf(':');
        return colon < 0 ? "" : lastId.substring(0, colon);
    }

    /**
     * The next event, or null after the last one, which is {@code done}, {@code error} or {@code
     * tool_blocked}.
     *
     * @throws IOException if the stream broke off and could not be resumed
     */
    public @Nullable Event next() throws IOException {
        if (events == null && lastId.isEmpty()) {
            open(request);
        } else if (events == null) {
            reopen();
        }
        while (!over) {
            try {
                return read(Objects.requireNonNull(events));
            } catch (IOException e) {
                if (isClosed() || turn().isEmpty()) {
                    throw e;
                }
                resume(e);
            }
        }
        return null;
    }

    private Event read(EventReader from) throws IOException {
        try {
            Event event = from.next();
            if (event == null) {
                throw new EOFException("the daemon closed the connection");
            }
            if (isOfARestart(event)) {
                throw new EOFException("the daemon is being stopped");
            }
            over = ENDS.contains(event.type());
            return event;
        } finally {
            lastId = from.lastId().isEmpty() ? lastId : from.lastId();
        }
    }

    /** Returns the status. */
    private int open(Request asked) throws IOException {
        Response response = api.open(asked.with("accept", EVENTS).patient(SILENCE));
        events = new EventReader(response);
        if (isClosed()) {
            response.close();
            throw new EOFException("the stream was closed");
        }
        return response.status();
    }

    /** The daemon could not wait for the end of the turn; the next one can go on with it. */
    private static boolean isOfARestart(Event event) {
        return event.type().equals("error") && event.data().contains("\"code\":\"draining\"");
    }

    private void resume(IOException loss) throws IOException {
        onLoss.accept(loss);
        Objects.requireNonNull(events).close();
        pause(resuming.pause.toMillis());
        reopen();
    }

    private void reopen() throws IOException {
        long deadline = System.nanoTime() + resuming.longest.toNanos();
        long pause = 2 * resuming.pause.toMillis();
        while (true) {
            try {
                over = open(resumption()) == NOTHING_LEFT;
                return;
            } catch (ProblemException e) {
                if (e.status() != 503 || isLate(deadline)) {
                    throw e;
                }
            } catch (UnreachableException e) {
                if (isLate(deadline)) {
                    throw e;
                }
            }
            pause(pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        }
    }

    private Request resumption() {
        return Request.get(path(turn(), watching)).with("last-event-id", lastId);
    }

    private static String path(String turn, boolean watching) {
        return "/api/v1/turns/" + turn + "/stream" + (watching ? "?watch=1" : "");
    }

    private boolean isLate(long deadline) {
        return isClosed() || System.nanoTime() - deadline > 0;
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    /** Ends as soon as the stream is closed. */
    private void pause(long millis) throws IOException {
        try {
            if (closed.await(millis, TimeUnit.MILLISECONDS)) {
                throw new EOFException("the stream was closed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the turn was to be resumed", e);
        }
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        EventReader open = events;
        if (open != null) {
            open.close();
        }
    }
}
