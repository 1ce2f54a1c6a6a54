package dev.culvert.daemon.http;

/** Counts what happens on the HTTP side. Called on every event loop. */
public interface HttpObserver {
    void onConnectionOpened();

    void onConnectionClosed();

    /** There are more connections than allowed: it is neither opened nor closed. */
    void onConnectionRefused();

    /** A request was answered that no route was found for, or that made no sense. */
    void onRequestRefused(int status);

    /** Asked once for each route, when the router is made; kept beside it. */
    RouteObserver observe(Route route);
}
