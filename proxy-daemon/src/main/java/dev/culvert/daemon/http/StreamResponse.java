package dev.culvert.daemon.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/**
 * The body of an answer that is written piece by piece. Confined to its event loop. What is written
 * leaves with the next flush, one for each turn of the loop. Once closed, it takes and drops.
 */
public final class StreamResponse {
    private static final int CHUNK_LINE_BYTES = 10;

    private final Responder responder;
    private final Outlet outlet;
    private final boolean chunked;
    private boolean open = true;

    StreamResponse(Responder responder, Outlet outlet, boolean chunked) {
        this.responder = responder;
        this.outlet = outlet;
        this.chunked = chunked;
    }

    /** Takes ownership of all {@code parts}, which leave as one chunk. */
    public void write(ByteBuf... parts) {
        int length = 0;
        for (ByteBuf part : parts) {
            length += part.readableBytes();
        }
        boolean written = open && length > 0;
        if (written && chunked) {
            ByteBuf line = outlet.buffer(CHUNK_LINE_BYTES);
            ByteBufUtil.writeAscii(line, Integer.toHexString(length));
            Envelope.endLine(line);
            outlet.write(line);
        }
        for (ByteBuf part : parts) {
            if (written) {
                outlet.write(part);
            } else {
                part.release();
            }
        }
        if (written && chunked) {
            writeLineEnd(outlet.buffer(2));
        }
    }

    /** The stream is whole. The connection may live on. */
    public void end() {
        if (open) {
            open = false;
            if (chunked) {
                ByteBuf last = outlet.buffer(CHUNK_LINE_BYTES);
                ByteBufUtil.writeAscii(last, "0\r\n");
                writeLineEnd(last);
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

    /** The caller owns it. */
    public ByteBuf buffer(int bytes) {
        return outlet.buffer(bytes);
    }

    void close() {
        open = false;
    }

    private void writeLineEnd(ByteBuf bytes) {
        Envelope.endLine(bytes);
        outlet.write(bytes);
    }
}
