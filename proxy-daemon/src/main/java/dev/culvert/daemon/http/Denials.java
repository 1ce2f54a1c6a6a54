package dev.culvert.daemon.http;

import dev.culvert.daemon.auth.Callers;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The requests with answers that may take long, of callers whose rights may end. Used on every
 * event loop.
 */
public final class Denials {
    private final Callers callers;
    private final Set<Request> running = ConcurrentHashMap.newKeySet();

    Denials(Callers callers) {
        this.callers = callers;
    }

    /** From now on until {@link #remove} the request is ended when its caller's rights end. */
    void add(Request request) {
        running.add(request);
        request.check(callers); // they may have ended since the request was let in
    }

    void remove(Request request) {
        running.remove(request);
    }

    /** Tokens have changed: ends the answers of callers that are not let in any more. */
    public void check() {
        running.forEach(request -> request.eventLoop().execute(() -> request.check(callers)));
    }
}
