package dev.culvert.daemon.http;

/** Counts what happens on the HTTP side. Called on every event loop. */
public interface HttpObserver {
    void onConnectionOpened();

    void onConnectionClosed();

    /** There are more connections than allowed: it is neither opened nor closed. */
    void onConnectionRefused();

    /** A request was answered that no route was found for, or that made no sense. */
    void onRequestRefused(int status);

    /**
     * A request that a route handled, or its stream, did not end well.
     *
     * @param code one word; of an agent it may be any, and empty where there is none
     * @param runtimeStatus what the agent's runtime answered; 0 where it did not refuse
     */
    void onFailed(String code, int runtimeStatus);

    /** Asked once for each route, when the router is made; kept beside it. */
    RouteObserver observe(Route route);
}
