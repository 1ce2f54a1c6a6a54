package dev.culvert.daemon.http;

import org.jspecify.annotations.Nullable;

/** Counts what happens on the HTTP side. Called on every event loop. */
public interface HttpObserver {
    /** What a client of HTTP/2 may do too much of. */
    enum Flood {
        STREAMS("streams at once", "http.h2.max_streams"),
        HEADERS("bytes of headers", "http.max_header_bytes"),
        RESETS("resets of streams", "http.h2.max_resets_per_second"),
        PINGS("pings", "http.h2.max_pings_per_second"),
        SETTINGS("settings", "http.h2.max_settings_per_second"),
        CONTINUATIONS("small CONTINUATION frames", "http.h2.max_continuations"),
        EMPTY_DATA("empty DATA frames", "http.h2.max_empty_data"),

        /** It breaks the protocol, or makes Netty hold too much. */
        PROTOCOL("mistakes", "the protocol");

        private final String what;
        private final String key;

        Flood(String what, String key) {
            this.what = what;
            this.key = key;
        }

        public String what() {
            return what;
        }

        /** The setting that limits it. */
        public String key() {
            return key;
        }
    }

    void onConnectionOpened();

    void onConnectionClosed();

    /** A connection over the limit: it counts neither as opened nor as closed. */
    void onConnectionRefused();

    /** A request of HTTP/2 has begun. */
    void onStreamOpened();

    void onStreamClosed();

    /** The client gave up a stream of HTTP/2. */
    void onStreamReset();

    /** A client did too much: its stream is refused, or its connection ends. */
    void onFlood(Flood kind);

    /** A request was refused before a route saw it. */
    void onRequestRefused(int status);

    /**
     * A request that a route handled, or its stream, failed.
     *
     * @param code one word; an agent may send any; {@code http_} and the status if there is none
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
