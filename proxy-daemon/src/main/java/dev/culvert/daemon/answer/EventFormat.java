package dev.culvert.daemon.answer;

import dev.culvert.daemon.sse.SseStream;
import dev.culvert.frame.Frame;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;

/**
 * A turn as one kind of client wants to read it: which events, with which ids, keepalives and
 * errors. One instance serves one stream, and is confined to its event loop.
 *
 * <p>{@link #done}, {@link #failed} and {@link #cutOff} are called at most once, as the last. They
 * also end the stream: with {@link SseStream#end} where the client can tell from the events that
 * something is missing, else with {@link SseStream#abort}. A failure must never look like success.
 */
public interface EventFormat extends SseStream.Keepalive {
    /** The number of an event that nothing can follow: the largest there is (framing.md). */
    long LAST = (1L << 53) - 1;

    /**
     * Writes what comes before the first event.
     *
     * @param number that of the last event that the client has, 0 for none
     */
    void begin(SseStream to, long number);

    /** Writes the events for a chunk, which is lent. */
    void chunk(SseStream to, Frame chunk, long number);

    /** Writes the events for what a tool of the agent does. Most clients have no use for it. */
    default void tool(SseStream to, Frame frame, long number) {}

    /** Writes the event for a call of a tool of the client, which is lent. */
    default void call(SseStream to, ByteBuf call, long number) {}

    /** Writes the end of a whole answer. */
    void done(SseStream to, long number);

    /** Writes the end of an answer that calls tools of the client. */
    default void done(SseStream to, ClientCalls calls, long number) {
        done(to, number);
    }

    /** The agent, or the way to it, has failed. */
    void failed(SseStream to, Failure failure, long number);

    /**
     * This daemon cuts the stream off.
     *
     * @param code one word for programs
     */
    void cutOff(SseStream to, String code, String message, long number);

    /** The client has left before the end, and is told nothing more. */
    default void gone() {}

    /**
     * Whether clients come back for the rest after a lost connection, so that the turn waits for
     * them (turns.resume_grace). If not, it stops as soon as its client leaves, unless the request
     * has an {@code Idempotency-Key}; and what fails before the first event, and soon, is answered
     * with a status.
     */
    default boolean isResumable() {
        return true;
    }

    @Override
    default boolean reconnects() {
        return isResumable();
    }

    /** Writes what keeps a silent connection alive. */
    @Override
    default void keepAlive(SseStream to) {
        to.comment();
    }
}
