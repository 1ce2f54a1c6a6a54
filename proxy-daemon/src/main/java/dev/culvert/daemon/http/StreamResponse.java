package dev.culvert.daemon.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.AsciiString;

/**
 * The body of an answer that is written piece by piece. Confined to its event loop. What is written
 * leaves with the next flush, one for each turn of the loop. Once closed, nothing may be begun.
 */
public final class StreamResponse {
    private static final int LINE_END_BYTES = 2;

    /** What a chunk takes beside its content. */
    private static final int MOST_CHUNK_BYTES = 8 + 2 * LINE_END_BYTES;

    private final Responder responder;
    private final Outlet outlet;
    private final boolean chunked;
    private boolean open = true;

    StreamResponse(Responder responder, Outlet outlet, boolean chunked) {
        this.responder = responder;
        this.outlet = outlet;
        this.chunked = chunked;
    }

    /**
     * Begins a piece of so many bytes, which leaves as one chunk: to be written to what this
     * returns, which is lent until {@link #add} or {@link #finish}. The stream must be open.
     */
    public ByteBuf begin(int bytes) {
        return begin(bytes, 0);
    }

    /**
     * The same.
     *
     * @param bytes of the piece without what is added
     * @param added bytes that follow by {@link #add}
     */
    public ByteBuf begin(int bytes, int added) {
        ByteBuf out = outlet.tail(bytes + MOST_CHUNK_BYTES, added);
        if (chunked) {
            writeHex(out, bytes + added);
            Envelope.endLine(out);
        }
        return out;
    }

    /** Borrows a part of the piece that has begun. */
    public void add(ByteBuf part) {
        outlet.write(part);
    }

    /** The last part of the piece. */
    public void finish(AsciiString last) {
        ByteBuf out = outlet.tail(last.length() + LINE_END_BYTES);
        ByteBufUtil.writeAscii(out, last);
        if (chunked) {
            Envelope.endLine(out);
        }
    }

    /** The stream is whole. The connection may live on. */
    public void end() {
        if (open) {
            open = false;
            if (chunked) {
                ByteBuf last = begin(0);
                Envelope.endLine(last);
            }
            responder.streamEnded(false);
        }
    }

    /** The stream is not whole: closes the connection so that the client cannot mistake it. */
    public void abort() {
        if (open) {
            open = false;
            responder.streamEnded(true);
        }
    }

    /** Whether the client still takes more; false once it is gone or the stream has ended. */
    public boolean isOpen() {
        return open;
    }

    /** Whether the client keeps up: false while more waits for it than a channel's high mark. */
    public boolean isWritable() {
        return outlet.channel().isWritable();
    }

    /**
     * Runs {@code action} once all that was written so far has left for the client; never, where
     * the client goes first.
     */
    public void whenSent(Runnable action) {
        outlet.whenSent(action);
    }

    /** How many bytes wait for the client, or for the next flush. */
    public long unsentBytes() {
        return outlet.unsentBytes();
    }

    /** Whether more than that waits for the client, once what it takes is sent. */
    public boolean holdsMoreThan(long bytes) {
        if (outlet.unsentBytes() > bytes) {
            outlet.flush();
        }
        return outlet.unsentBytes() > bytes;
    }

    void close() {
        open = false;
    }

    private static void writeHex(ByteBuf out, int number) {
        int digits = Math.max(1, (Integer.SIZE - Integer.numberOfLeadingZeros(number) + 3) / 4);
        for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
            out.writeByte(Character.forDigit(number >>> shift & 0xf, 16));
        }
    }
}
