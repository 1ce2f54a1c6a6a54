package dev.culvert.daemon.http;

import org.jspecify.annotations.Nullable;

/**
 * One request in the hands of its route, as the metrics and the log see it. Confined to its event
 * loop.
 */
public final class Handling {
    private final Request request;
    private final FailureLog failures;
    private final long startNanos = System.nanoTime();
    private @Nullable String turn;
    private @Nullable Trouble trouble;

    /** Begins: tells the route's observer. */
    public Handling(Request request, FailureLog failures) {
        this.request = request;
        this.failures = failures;
        route().onStarted();
    }

    private RouteObserver route() {
        return request.routed().endpoint().observer();
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
        request.ended();
        route().onEnded(request.method(), status, nanos);
        if (trouble != null) {
            failures.ended(request, turn, status, nanos, trouble);
        }
    }
}
