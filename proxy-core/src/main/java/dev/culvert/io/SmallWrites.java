package dev.culvert.io;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOutboundInvoker;
import io.netty.channel.ChannelPromise;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what is written in small pieces, so that the socket is given one buffer where it would be
 * given many. Nothing is on its way before {@link #writeOut}. Confined to the event loop.
 */
/* A buffer of its own for each piece costs more than copying it: an entry in the channel's queue, a
 * place in the list that the kernel walks, and a release. */
public final class SmallWrites {
    private static final int LARGE_BYTES = 2 * 1024;
    private static final int FIRST_BYTES = 512;
    private static final int FULL_BYTES = 32 * 1024;

    private final ChannelOutboundInvoker out;
    private final ByteBufAllocator buffers;
    private @Nullable ByteBuf gathered;

    public SmallWrites(ChannelOutboundInvoker out, ByteBufAllocator buffers) {
        this.out = out;
        this.buffers = buffers;
    }

    /** Where to write what follows all that was written so far; lent until the next call. */
    public ByteBuf tail(int bytes) {
        ByteBuf tail = gathered;
        if (tail != null && tail.readableBytes() >= FULL_BYTES) {
            writeOut();
            tail = null;
        }
        if (tail == null) {
            tail = buffers.ioBuffer(Math.max(bytes, FIRST_BYTES));
            gathered = tail;
        }
        return tail;
    }

    /**
     * As {@link #tail(int)}, where a piece of {@code pieceBytes} is written next: there is room for
     * that, too, if it is one that will be copied.
     */
    public ByteBuf tail(int bytes, int pieceBytes) {
        return tail(pieceBytes > LARGE_BYTES ? bytes : bytes + pieceBytes);
    }

    /** Borrows {@code piece}, which is copied unless it is large. */
    public void write(ByteBuf piece) {
        int bytes = piece.readableBytes();
        if (bytes > LARGE_BYTES) {
            writeOut();
            out.write(piece.retainedDuplicate(), out.voidPromise());
            return;
        }
        ByteBuf tail = tail(bytes).ensureWritable(bytes);
        // Not writeBytes, which makes an object for the way in between.
        piece.getBytes(piece.readerIndex(), tail, tail.writerIndex(), bytes);
        tail.writerIndex(tail.writerIndex() + bytes);
    }

    /** How much has been gathered. */
    public int bytes() {
        return gathered == null ? 0 : gathered.readableBytes();
    }

    /** Hands it on; the flush is the caller's. */
    /* With a void promise, so that what cannot be written is an error of the channel: the rest of the
     * stream would be read as what is missing. */
    public void writeOut() {
        writeOut(out.voidPromise());
    }

    /** As {@link #writeOut()}, where there is something. */
    public void writeOut(ChannelPromise promise) {
        ByteBuf tail = gathered;
        if (tail != null) {
            gathered = null;
            out.write(tail, promise);
        }
    }

    /** It can be written no more. */
    public void drop() {
        if (gathered != null) {
            gathered.release();
            gathered = null;
        }
    }
}
