package dev.culvert.daemon.http;

import org.jspecify.annotations.Nullable;

/**
 * One request in the hands of its route, as the metrics and the log see it. Confined to its event
 * loop.
 */
public final class Handling {
    private final Request request;
    private final RouteObserver route;
    private final HttpObserver observer;
    private final FailureLog log;
    private final long startNanos = System.nanoTime();
    private @Nullable String turn;
    private @Nullable Trouble trouble;

    /** Begins: tells the route's observer. */
    public Handling(Request request, HttpObserver observer, FailureLog log) {
        this.request = request;
        this.observer = observer;
        this.log = log;
        route = request.routed().endpoint().observer();
        route.onStarted();
    }

    /** The turn that the request is about. */
    public void about(String id) {
        turn = id;
    }

    /** Why it does not end well. */
    public void failed(Problem why) {
        trouble = Trouble.of(why);
    }

    /** Ends, once, with this status. */
    public void ended(int status) {
        long nanos = System.nanoTime() - startNanos;
        route.onEnded(request.method(), status, nanos);
        if (trouble != null) {
            observer.onFailed(trouble.code(), trouble.runtimeStatus());
            log.ended(request, turn, status, nanos, trouble);
        }
    }
}
