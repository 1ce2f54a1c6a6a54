package dev.culvert.daemon.http;

import io.netty.handler.codec.http.HttpMethod;

/** Counts the requests of one route. Called on every event loop. */
public interface RouteObserver {
    /** What {@link #onEnded} is told when the client went before it was answered. */
    int CLIENT_GONE = 499;

    void onStarted();

    /** Told once for each start: answered, or its stream ended, or its client gone. */
    void onEnded(HttpMethod method, int status, long nanos);
}
