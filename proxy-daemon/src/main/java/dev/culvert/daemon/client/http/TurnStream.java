package dev.culvert.daemon.client.http;

import dev.culvert.daemon.client.http.EventReader.Event;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The events of a turn, each once, over as many connections as it takes. For one thread, but any
 * may close it or ask for the turn.
 */
public final class TurnStream implements Closeable {
    private static final String EVENTS = "text/event-stream";

    /** Over two of the daemon's comments, which it sends after each 15 s of silence. */
    private static final Duration SILENCE = Duration.ofSeconds(45);

    private final Api api;
    private final Request request;
    private final Resuming resuming;
    private final Consumer<IOException> onLoss;
    private final boolean watching;
    private volatile @Nullable EventReader events;
    private volatile String lastId = "";
    private volatile boolean closed;
    private boolean over;

    /**
     * How long to try again.
     *
     * @param pause before the first attempt; twice as long before each other one
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
        if (events == null) {
            open(request);
        }
        while (!over) {
            try {
                return read(Objects.requireNonNull(events));
            } catch (IOException e) {
                if (closed || turn().isEmpty()) {
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
            over = !event.type().equals("chunk") && !event.type().equals("missed");
            return event;
        } finally {
            lastId = from.lastId().isEmpty() ? lastId : from.lastId();
        }
    }

    /** Returns the status. */
    private int open(Request asked) throws IOException {
        Response response = api.open(asked.with("accept", EVENTS).patient(SILENCE));
        events = new EventReader(response);
        if (closed) {
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
        long deadline = System.nanoTime() + resuming.longest.toNanos();
        long pause = resuming.pause.toMillis();
        while (true) {
            pause(pause);
            try {
                over = open(resumption()) == 204;
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
            pause = Math.min(2 * pause, resuming.longest.toMillis());
        }
    }

    private Request resumption() {
        return Request.get(path(turn(), watching)).with("last-event-id", lastId);
    }

    private static String path(String turn, boolean watching) {
        return "/api/v1/turns/" + turn + "/stream" + (watching ? "?watch=1" : "");
    }

    private boolean isLate(long deadline) {
        return closed || System.nanoTime() - deadline > 0;
    }

    private static void pause(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the turn was to be resumed", e);
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        EventReader open = events;
        if (open != null) {
            open.close();
        }
    }
}
