package dev.culvert.daemon.http;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One request in the hands of its route, as metrics, log and traces see it. Confined to its event
 * loop.
 */
/* Where nobody wants a record of each request, it costs this object and reads the clock twice, for
 * the metrics; the record is then made only of a request that failed. */
public final class Handling {
    /** How the answer ended, where nothing else has said why. */
    public enum End {
        COMPLETE(null),
        BROKEN_OFF(Blame.DAEMON),
        CLIENT_LEFT(Blame.CLIENT);

        private final @Nullable Blame blame;

        End(@Nullable Blame blame) {
            this.blame = blame;
        }
    }

    private final Request request;
    private final HttpObserver observer;
    private final long startNanos = System.nanoTime();
    private final @Nullable Timeline timeline;
    private Phase phase = Phase.HANDLING;
    private @Nullable String turn;
    private @Nullable Trouble trouble;

    /** Begins: tells the route's observer. */
    public Handling(Request request, HttpObserver observer) {
        this.request = request;
        this.observer = observer;
        if (observer.wantsRecords()) {
            timeline = new Timeline(startNanos);
            request.tracedAs(observer.trace(request.traceParent()));
        } else {
            timeline = null;
        }
        route().onStarted();
    }

    /** Who is told of it. */
    HttpObserver observer() {
        return observer;
    }

    private RouteObserver route() {
        return request.routed().endpoint().observer();
    }

    /** Whether it is timed, so that {@link #arrived} has to be called. */
    public boolean isTimed() {
        return timeline != null;
    }

    /** How long the head and the body took to arrive. */
    public void arrived(long headNanos, long bodyNanos) {
        if (timeline != null) {
            timeline.arrived(headNanos, bodyNanos, request.body().readableBytes());
        }
    }

    /** The turn that the request is about. */
    public void about(String id) {
        turn = id;
    }

    /** The turn that the request begins. */
    public void begins(String id) {
        turn = id;
        request.beginTurn();
    }

    /** How far it has got. */
    public Phase phase() {
        return phase;
    }

    /**
     * As {@link Request#onDeniedLater}, for work that its answer was to end.
     *
     * @return null if the rights of the caller cannot end
     */
    public @Nullable Runnable onDeniedLater(Consumer<Problem> action) {
        return request.caller().canEnd() ? request.onDeniedLater(action) : null;
    }

    /** The first header of that name. */
    public @Nullable String header(Header name) {
        return request.header(name);
    }

    /** It has got so far. */
    public void reached(Phase next) {
        phase = next;
        if (timeline != null) {
            timeline.reached(next);
        }
    }

    /** What the turn took. */
    public void used(TokenUsage tokens) {
        observer.onTokens(this, tokens);
        if (timeline != null) {
            timeline.used(tokens);
        }
    }

    /** Why it does not end well. */
    public void failed(Problem why) {
        trouble = Trouble.of(why);
    }

    /**
     * Ends, once, with this status.
     *
     * @param bytesOut of the answer's body
     */
    public void ended(int status, End how, long bytesOut) {
        long nanos = System.nanoTime() - startNanos;
        request.ended();
        route().onEnded(request.method(), status, nanos);
        if (timeline != null) {
            timeline.wrote(bytesOut);
        }
        Trouble why = trouble;
        RequestListener listener = request.listener();
        if (listener != null) {
            listener.onEnded(status, nanos, bytesOut, why == null ? null : why.sentence());
        }
        if (why != null) {
            observer.onFailed(why.reason(), why.runtimeStatus());
            why.tellIfLimited(observer);
        }
        if (request.hasBegunTurn()) {
            observer.onTurn(this, nanos);
        }
        if (why != null || timeline != null) {
            observer.onEnded(record(status, why == null ? how.blame : why.blame(), nanos));
        }
    }

    /** The id of the agent that it is about; null if it is about none. */
    public @Nullable String agent() {
        String id = request.find("id");
        String of = turn();
        return id == null && of != null ? of.substring(0, Math.max(0, of.lastIndexOf('.'))) : id;
    }

    private @Nullable String turn() {
        return turn == null ? request.find("turn") : turn;
    }

    /** Why it failed, as one word; null if it did not, and empty where there is no word. */
    public @Nullable String errorCode() {
        return trouble == null ? null : trouble.code();
    }

    private RequestRecord record(int status, @Nullable Blame blame, long nanos) {
        String of = turn();
        Timeline times = timeline;
        RequestListener listener = request.listener();
        return new RequestRecord(
                System.currentTimeMillis(),
                request.method(),
                request.template(),
                request.protocol(),
                request.id(),
                request.sentTraceParent(),
                RequestRecord.client(request.routed().head()),
                request.caller(),
                agent(),
                of == null ? null : RequestRecord.shortened(of),
                listener == null ? null : listener.id(),
                status,
                blame == null ? RequestRecord.DONE : blame.in(phase),
                trouble,
                times == null ? RequestTimes.unmeasured(nanos) : times.times(nanos),
                times == null ? 0 : times.bytesIn(),
                times == null ? 0 : times.bytesOut(),
                times == null ? null : times.tokens(),
                request.trace());
    }
}
