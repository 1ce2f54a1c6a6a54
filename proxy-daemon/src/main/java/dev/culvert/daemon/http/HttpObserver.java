package dev.culvert.daemon.http;

import org.jspecify.annotations.Nullable;

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

    /**
     * Whether {@link #onEnded} is to be told of every request, with its times; else only of those
     * that failed.
     */
    default boolean wantsRecords() {
        return false;
    }

    /**
     * Gives a request its place in a trace; null if it is not traced. Called only if {@link
     * #wantsRecords}.
     *
     * @param traceParent what the client sent; null if it sent none that is valid
     */
    default @Nullable TraceContext trace(@Nullable String traceParent) {
        return null;
    }

    /**
     * A request was refused, or a stream ended, because of a limit of the daemon, or because the
     * daemon stops.
     *
     * @param reason one word
     */
    default void onLimited(String reason) {}

    /** The whole answer of a turn was delivered, and its agent says what it took. */
    default void onTokens(Handling of, TokenUsage tokens) {}

    /** A request that began a turn has ended, after so long. */
    default void onTurn(Handling of, long nanos) {}

    /** A request has ended, whether a route saw it or not. */
    default void onEnded(RequestRecord request) {}

    /** Called once for each route when the router is made. */
    RouteObserver observe(Route route);
}
