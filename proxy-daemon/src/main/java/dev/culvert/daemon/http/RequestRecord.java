package dev.culvert.daemon.http;

import dev.culvert.daemon.auth.Caller;
import io.netty.handler.codec.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/**
 * One request that has ended, as the access log and the traces tell it.
 *
 * @param endedMillis when, since 1970
 * @param route the template of its route; null if it reached none
 * @param protocol such as {@code HTTP/1.1}
 * @param traceParent what the client sent; null if it sent none that is valid
 * @param client its address as trusted proxies say it; null if they say nothing
 * @param caller null if it reached no route
 * @param agent null if it is not about one
 * @param turn the beginning of its id: whoever holds all of it can read and stop the turn
 * @param op the id of the run of an operation; null if it is not recorded
 * @param status of the head of the answer; 499 if the client left before it
 * @param state {@code done}, or who ended it and in which phase
 * @param trouble null if it ended well
 * @param trace null if nobody traces it
 */
public record RequestRecord(
        long endedMillis,
        HttpMethod method,
        @Nullable String route,
        String protocol,
        String requestId,
        @Nullable String traceParent,
        @Nullable String client,
        @Nullable Caller caller,
        @Nullable String agent,
        @Nullable String turn,
        @Nullable String op,
        int status,
        String state,
        @Nullable Trouble trouble,
        RequestTimes times,
        long bytesIn,
        long bytesOut,
        @Nullable TokenUsage tokens,
        @Nullable TraceContext trace) {
    public static final String DONE = "done";

    private static final int TURN_CHARS = 6;

    /** A request that no route saw. */
    public static RequestRecord refused(Head head, Problem problem, Phase phase) {
        return unrouted(
                head, problem.status().code(), problem.blame().in(phase), Trouble.of(problem));
    }

    /** A question which methods a path takes. */
    public static RequestRecord ofOptions(Head head, int status) {
        return unrouted(head, status, DONE, null);
    }

    /** A request whose client left before its body was there. */
    public static RequestRecord lost(Head head) {
        return unrouted(head, RouteObserver.CLIENT_GONE, Blame.CLIENT.in(Phase.BODY), null);
    }

    private static RequestRecord unrouted(
            Head head, int status, String state, @Nullable Trouble trouble) {
        return new RequestRecord(
                System.currentTimeMillis(),
                head.method(),
                null,
                head.protocol(),
                head.id(),
                TraceParent.of(head.only(Header.TRACEPARENT)),
                client(head),
                null,
                null,
                null,
                null,
                status,
                state,
                trouble,
                RequestTimes.unmeasured(-1),
                0,
                0,
                null,
                null);
    }

    /** The id of the trace to which it belongs; null if there is none. */
    public @Nullable String traceId() {
        if (trace != null) {
            return trace.traceId();
        }
        return traceParent == null ? null : TraceParent.traceId(traceParent);
    }

    /** Whether somebody who runs the daemon should know. Clients' own mistakes would fill a log. */
    public boolean concernsTheOperator() {
        return trouble != null
                && (route == null ? trouble.isOfALimit() : trouble.concernsTheOperator());
    }

    static @Nullable String client(Head head) {
        Forwarded said = head.forwarded();
        return said == null ? null : said.client();
    }

    static String shortened(String turn) {
        int end = turn.lastIndexOf('.') + 1 + TURN_CHARS;
        return end < turn.length() ? turn.substring(0, end) + "…" : turn;
    }
}
