package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Denial;
import dev.culvert.io.Shares;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/**
 * Requests that the daemon makes of its own routes without a client, for a caller who may have left
 * long ago: with the rights that it has now. They are checked, counted, recorded and logged like a
 * client's. Safe for all threads; each request is confined to its event loop.
 */
public final class OwnRequests {
    /** The version that providers speak to whoever asks for none. */
    private static final String ANTHROPIC_VERSION = "2023-06-01";

    private final Shares<String> shares;
    private final HttpObserver observer;
    private volatile @Nullable Router router;

    /**
     * @param shares what waits for answers is charged to one of these, by the name of the caller
     */
    public OwnRequests(Shares<String> shares, HttpObserver observer) {
        this.shares = shares;
        this.observer = observer;
    }

    /** From now on there are routes. */
    public void serve(Router those) {
        router = those;
    }

    /**
     * What is asked.
     *
     * @param id of the request, for the log: visible ASCII
     * @param uri a path, perhaps with a query
     * @param key its {@code Idempotency-Key}; null if it has none
     */
    public record Ask(
            Caller caller,
            EventLoop loop,
            String id,
            HttpMethod method,
            String uri,
            @Nullable String key) {
        private Head head() {
            @Nullable String[] values = new @Nullable String[Header.values().length];
            values[Header.HOST.index()] = "localhost";
            values[Header.CONTENT_TYPE.index()] = "application/json";
            values[Header.ANTHROPIC_VERSION.index()] = ANTHROPIC_VERSION;
            values[Header.X_REQUEST_ID.index()] = id;
            values[Header.IDEMPOTENCY_KEY.index()] = key;
            return new Head(method, uri, false, false, values, 0);
        }
    }

    /**
     * Asks. Called on the event loop.
     *
     * @param body JSON; taken
     * @param expected of the answer
     */
    public InnerCall begin(Ask ask, ByteBuf body, InnerCall.Expected expected) {
        Router to = router;
        NoClient client = new NoClient(ask.loop(), shares.of(ask.caller().label()));
        if (to == null) {
            body.release();
            return InnerCall.refused(ask.head(), client, expected, NOT_YET);
        }
        Denial why = to.callers().denial(ask.caller());
        if (why != null) {
            body.release();
            return InnerCall.refused(ask.head(), client, expected, Access.ended(why));
        }
        return InnerCall.begin(
                new InnerCall.Origin(to, ask.caller(), ask.loop(), observer),
                client,
                ask.head(),
                body,
                expected);
    }

    private static final Problem NOT_YET =
            Problem.of(SERVICE_UNAVAILABLE, "The daemon is starting: try again in a moment.");
}
