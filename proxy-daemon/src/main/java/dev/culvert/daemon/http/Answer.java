package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.NO_CONTENT;

import dev.culvert.io.Share;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one answer to a request, whichever version of HTTP carries it: a whole body, a problem, or a
 * stream. It may be given during {@link Route#handle} or later. Confined to its event loop. After
 * the client has gone, an answer is dropped silently; a second answer is a bug and throws.
 */
public interface Answer {
    /**
     * Adds to the head of the answer.
     *
     * @throws IllegalArgumentException when the value would break out of its line
     */
    Answer header(AsciiString name, CharSequence value);

    /** For the body of an answer. */
    ByteBufAllocator allocator();

    /** Takes ownership of {@code body}. */
    void whole(HttpResponseStatus status, AsciiString contentType, ByteBuf body);

    /** Takes ownership of {@code body}. */
    default void json(HttpResponseStatus status, ByteBuf body) {
        whole(status, HttpHeaderValues.APPLICATION_JSON, body);
    }

    default void noContent() {
        empty(NO_CONTENT);
    }

    /** Answers with a status that has no body: 204 or 304. */
    void empty(HttpResponseStatus status);

    void problem(Problem problem);

    default void failure(Failure failure) {
        problem(Problem.of(failure));
    }

    /**
     * Answers 200 with a body that has no end yet; the head leaves with the first flush. For a HEAD
     * request, or a client that has gone, the stream is closed from the start.
     */
    BodyStream stream(AsciiString contentType);

    /**
     * Answers 101: the connection speaks {@code protocol} from now on, and {@code next} adds the
     * stations of it. False, and nothing is answered, if the connection cannot: only one of
     * HTTP/1.1 can.
     */
    default boolean upgrade(AsciiString protocol, Consumer<Channel> next) {
        return false;
    }

    /** Whether the client speaks TLS with this daemon. */
    default boolean isEncrypted() {
        return false;
    }

    /**
     * Leaves the connection to {@code next}, which adds the stations that write the answer. False,
     * and nothing happens, if the connection has other requests: only one of HTTP/1 has none.
     *
     * @param status what {@code next} answers with, for metrics and the log
     */
    default boolean handOver(HttpResponseStatus status, Consumer<Channel> next) {
        return false;
    }

    /**
     * Calls {@code action} once if the client goes before its answer or its stream has ended, or at
     * once if it has gone already. Replaces the action given before.
     */
    void onGone(Runnable action);

    /** Whether no answer has been given yet; false after the client has gone. */
    boolean isOpen();

    /** The request as metrics, log and traces see it; null if no route does. */
    @Nullable Handling handling();

    /** For the log: the turn that the request is about. */
    default void about(String turn) {
        Handling seen = handling();
        if (seen != null) {
            seen.about(turn);
        }
    }

    /** For metrics, log and traces: the turn that the request begins. */
    default void begins(String turn) {
        Handling seen = handling();
        if (seen != null) {
            seen.begins(turn);
        }
    }

    /** For the log and the traces: how far the request has got. */
    default void reached(Phase phase) {
        Handling seen = handling();
        if (seen != null) {
            seen.reached(phase);
        }
    }

    /** For metrics, log and traces: what the turn took. */
    default void used(TokenUsage tokens) {
        Handling seen = handling();
        if (seen != null) {
            seen.used(tokens);
        }
    }

    /** For the log and the metrics: the stream that has begun will end early. */
    default void failed(Problem why) {
        Handling seen = handling();
        if (seen != null) {
            seen.failed(why);
        }
    }

    /** Charges what waits for the client to this agent, too. */
    void chargeTo(Share agent);

    /** The share that is charged for what waits for this client. */
    Share client();

    /**
     * How long the caller's streams have to wait, because it has used more bytes a second than it
     * may; 0 if not at all.
     */
    long owedNanos();

    EventLoop eventLoop();
}
