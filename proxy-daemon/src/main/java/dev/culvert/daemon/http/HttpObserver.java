package dev.culvert.daemon.http;

/** Counts what happens on the HTTP side. Called on every event loop. */
public interface HttpObserver {
    void onConnectionOpened();

    void onConnectionClosed();

    /** A connection over the limit: it counts neither as opened nor as closed. */
    void onConnectionRefused();

    /** A request was refused before a route saw it. */
    void onRequestRefused(int status);

    /**
     * A request that a route handled, or its stream, failed.
     *
     * @param code one word; an agent may send any; empty if there is none
     * @param runtimeStatus the status that the agent's runtime answered; 0 if it did not refuse
     */
    void onFailed(String code, int runtimeStatus);

    /** Called once for each route when the router is made. */
    RouteObserver observe(Route route);
}
