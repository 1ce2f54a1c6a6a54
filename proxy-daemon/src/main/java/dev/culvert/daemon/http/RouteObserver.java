package dev.culvert.daemon.http;

import io.netty.handler.codec.http.HttpMethod;

/** Counts the requests of one route. Called on every event loop. */
public interface RouteObserver {
    /** The status passed to {@link #onEnded} when the client left before it was answered. */
    int CLIENT_GONE = 499;

    void onStarted();

    /** Called once for each start: when it is answered, its stream ends, or its client leaves. */
    void onEnded(HttpMethod method, int status, long nanos);
}
