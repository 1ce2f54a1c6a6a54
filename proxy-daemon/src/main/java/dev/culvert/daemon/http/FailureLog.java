package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;

import dev.culvert.io.Quoted;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Logs each request and each turn that failed, so that a {@code request_id} can be looked up.
 * Writes at most {@value #LINES} lines in {@value #SECONDS} seconds, then how many more there were.
 * Called on every event loop.
 */
/* Whoever holds the id of a turn can read and stop the turn: only its beginning is logged. */
public final class FailureLog {
    static final int LINES = 10;
    static final int SECONDS = 5;

    private static final Logger LOG = LoggerFactory.getLogger(FailureLog.class);
    private static final int TURN_CHARS = 6;

    private final HttpObserver observer;
    private final AtomicLong window = new AtomicLong(Long.MIN_VALUE);
    private final AtomicInteger told = new AtomicInteger();
    private final AtomicLong heldBack = new AtomicLong();

    /** {@code observer} is told of every failed request that a route handled, logged or not. */
    public FailureLog(HttpObserver observer) {
        this.observer = observer;
    }

    /**
     * A request that a route has handled.
     *
     * @param turn its id; null if the request is not about a turn
     * @param status of the answer's head
     */
    void ended(Request request, @Nullable String turn, int status, long nanos, Trouble trouble) {
        observer.onFailed(trouble.code(), trouble.runtimeStatus());
        if (trouble.concernsTheOperator()) {
            if (mayTell(request.eventLoop())) {
                LOG.warn("{}", line(request, turn, status, nanos, trouble));
            }
        } else if (LOG.isDebugEnabled()) {
            LOG.debug("{}", line(request, turn, status, nanos, trouble));
        }
    }

    /**
     * A request that no route saw. It is logged as a warning only if it was not the client's fault.
     */
    public void refused(String requestId, Problem problem, EventLoop loop) {
        boolean full = problem.status().equals(SERVICE_UNAVAILABLE);
        if (full ? mayTell(loop) : LOG.isDebugEnabled()) {
            LOG.atLevel(full ? Level.WARN : Level.DEBUG)
                    .log(
                            "refused: request={} status={}: {}",
                            requestId,
                            problem.status().code(),
                            Quoted.sentence(problem.error()));
        }
    }

    private static String line(
            Request request, @Nullable String turn, int status, long nanos, Trouble trouble) {
        String of = turn == null ? request.find("turn") : turn;
        String agent = request.find("id");
        if (agent == null && of != null) {
            agent = of.substring(0, Math.max(0, of.lastIndexOf('.')));
        }
        StringBuilder line = new StringBuilder("failed: ");
        line.append(request.method()).append(' ').append(request.template());
        line.append(" request=").append(request.id());
        Forwarded forwarded = request.routed().head().forwarded();
        add(line, "client", forwarded == null ? null : forwarded.client());
        add(line, "agent", agent);
        add(line, "turn", of == null ? null : shortened(of));
        line.append(" status=").append(status);
        add(line, "code", trouble.code().isEmpty() ? null : trouble.code());
        if (trouble.runtimeStatus() > 0) {
            line.append(" runtime_status=").append(trouble.runtimeStatus());
        }
        line.append(" after=").append(TimeUnit.NANOSECONDS.toMillis(nanos)).append("ms: ");
        return line.append(Quoted.sentence(trouble.sentence())).toString();
    }

    private static void add(StringBuilder line, String name, @Nullable String value) {
        if (value != null) {
            line.append(' ').append(name).append('=').append(Quoted.word(value));
        }
    }

    private static String shortened(String turn) {
        int end = turn.lastIndexOf('.') + 1 + TURN_CHARS;
        return end < turn.length() ? turn.substring(0, end) + "…" : turn;
    }

    /** Whether one more line may be logged in this window. */
    boolean mayTell(EventLoop loop) {
        long now = TimeUnit.NANOSECONDS.toSeconds(loop.ticker().nanoTime()) / SECONDS;
        long before = window.get();
        if (now != before && window.compareAndSet(before, now)) {
            told.set(0);
        }
        if (told.getAndIncrement() < LINES) {
            return true;
        }
        if (heldBack.getAndIncrement() == 0) {
            loop.schedule(this::tellHeldBack, SECONDS, TimeUnit.SECONDS);
        }
        return false;
    }

    private void tellHeldBack() {
        LOG.warn(
                "failed: {} more requests within {} s; culvert_http_failures_total counts all of"
                        + " them by code",
                heldBack.getAndSet(0),
                SECONDS);
    }
}
