package dev.culvert.io;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOutboundInvoker;
import io.netty.channel.ChannelPromise;
import org.jspecify.annotations.Nullable;

/**
 * Gathers small pieces, so that the socket gets one buffer instead of many. Nothing is written
 * before {@link #writeOut}. Confined to the event loop.
 */
/* A buffer for each piece costs more than copying it: an entry in the channel's queue, an entry in
 * the list that the kernel walks, and a release. */
public final class SmallWrites {
    private static final int LARGE_BYTES = 2 * 1024;
    private static final int FIRST_BYTES = 512;
    private static final int MOST_FIRST_BYTES = 8 * 1024;
    private static final int FULL_BYTES = 32 * 1024;

    private final ChannelOutboundInvoker out;
    private final ByteBufAllocator buffers;
    private @Nullable ByteBuf gathered;

    /**
     * What the next buffer has room for: as much as the last one took, so that it need not grow.
     */
    private int firstBytes = FIRST_BYTES;

    public SmallWrites(ChannelOutboundInvoker out, ByteBufAllocator buffers) {
        this.out = out;
        this.buffers = buffers;
    }

    /** The buffer to append to, with room for {@code bytes}; lent until the next call. */
    public ByteBuf tail(int bytes) {
        ByteBuf tail = gathered;
        if (tail != null && tail.readableBytes() >= FULL_BYTES) {
            writeOut();
            tail = null;
        }
        if (tail == null) {
            tail = buffers.ioBuffer(Math.max(bytes, firstBytes));
            gathered = tail;
        }
        return tail;
    }

    /**
     * As {@link #tail(int)}, if a piece of {@code pieceBytes} is written next: there is room for
     * it, too, if it will be copied.
     */
    public ByteBuf tail(int bytes, int pieceBytes) {
        return tail(pieceBytes > LARGE_BYTES ? bytes : bytes + pieceBytes);
    }

    /**
     * Borrows {@code piece}, which is copied unless it is large. A large one may leave much later:
     * whoever lends it must not change its bytes any more.
     */
    public void write(ByteBuf piece) {
        int bytes = piece.readableBytes();
        if (bytes > LARGE_BYTES) {
            writeOut();
            out.write(piece.retainedDuplicate(), out.voidPromise());
            return;
        }
        ByteBuf tail = tail(bytes).ensureWritable(bytes);
        // Not writeBytes, which makes an object for the buffer in between.
        piece.getBytes(piece.readerIndex(), tail, tail.writerIndex(), bytes);
        tail.writerIndex(tail.writerIndex() + bytes);
    }

    /** How many bytes are gathered. */
    public int bytes() {
        return gathered == null ? 0 : gathered.readableBytes();
    }

    /** Writes what is gathered; the caller flushes. */
    /* With a void promise, so that a failed write is an error of the channel: the peer would read the
     * rest of the stream in its place. */
    public void writeOut() {
        writeOut(out.voidPromise());
    }

    /** As {@link #writeOut()}; the promise is left alone if nothing is gathered. */
    public void writeOut(ChannelPromise promise) {
        ByteBuf tail = gathered;
        if (tail != null) {
            gathered = null;
            firstBytes = Math.clamp(tail.readableBytes(), FIRST_BYTES, MOST_FIRST_BYTES);
            out.write(tail, promise);
        }
    }

    /** Releases what is gathered: it cannot be written any more. */
    public void drop() {
        if (gathered != null) {
            gathered.release();
            gathered = null;
        }
    }
}
