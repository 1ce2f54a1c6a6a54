package dev.culvert.daemon.http;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;

/**
 * The body of an answer that is written piece by piece. Confined to its event loop. What is written
 * leaves with the next flush, one for each turn of the loop. After it is closed, no piece may be
 * begun.
 */
public interface BodyStream {
    /**
     * Begins a piece of {@code bytes} bytes, which leaves as one unit. Write it to the returned
     * buffer, which is lent until {@link #add} or {@link #finish}. The stream must be open.
     */
    default ByteBuf begin(int bytes) {
        return begin(bytes, 0);
    }

    /**
     * The same.
     *
     * @param bytes of the piece without the added parts
     * @param added bytes that follow through {@link #add}
     */
    ByteBuf begin(int bytes, int added);

    /**
     * Adds a part to the piece that was begun. Borrows it; its bytes must not change any more,
     * because a large part may leave much later.
     */
    void add(ByteBuf part);

    /** The last part of the piece. */
    void finish(AsciiString last);

    /** Ends a complete stream. The connection may live on. */
    void end();

    /** Ends an incomplete stream, so that the client cannot take it for a complete one. */
    void abort();

    /** False after the stream has ended or its client has gone. */
    boolean isOpen();

    /** Whether the client keeps up: false while more than a channel's high mark waits for it. */
    boolean isWritable();

    /**
     * Runs {@code action} after all that was written so far has been sent to the client; never, if
     * the client goes first.
     */
    void whenSent(Runnable action);

    /** The bytes that wait for the client or for the next flush. */
    long unsentBytes();

    /** Whether more than {@code bytes} wait for the client after a flush. */
    boolean holdsMoreThan(long bytes);
}
