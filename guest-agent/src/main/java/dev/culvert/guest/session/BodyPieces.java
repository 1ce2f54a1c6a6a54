package dev.culvert.guest.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** A body that consists of what is written to it and of pieces of a payload. */
/* A large piece stays where it arrived: a copy of a conversation of 32 MiB would take as much again. */
final class BodyPieces extends OutputStream {
    private static final int LARGE_BYTES = 64 << 10;
    private static final int FIRST_BYTES = 256;

    private final ByteBufAllocator buffers = ByteBufAllocator.DEFAULT;
    private final ByteBuf payload;
    private ByteBuf tail;
    private @Nullable CompositeByteBuf joined;

    /** Borrows {@code payload} for as long as it is added to. */
    BodyPieces(ByteBuf payload) {
        this.payload = payload;
        tail = buffers.ioBuffer(Math.min(payload.readableBytes(), LARGE_BYTES) + FIRST_BYTES);
    }

    @Override
    public void write(int b) {
        tail.writeByte(b);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
        tail.writeBytes(bytes, from, length);
    }

    /** Adds the {@code length} bytes of the payload from {@code start} on. */
    void add(int start, int length) {
        if (length < LARGE_BYTES) {
            tail.writeBytes(payload, start, length);
            return;
        }
        join(tail);
        join(payload.retainedSlice(start, length));
        tail = buffers.ioBuffer(FIRST_BYTES);
    }

    private void join(ByteBuf piece) {
        CompositeByteBuf all = joined;
        if (all == null) {
            all = buffers.compositeDirectBuffer(Integer.MAX_VALUE);
            joined = all;
        }
        all.addComponent(true, piece);
    }

    /** The whole body, which belongs to the caller. */
    ByteBuf take() {
        CompositeByteBuf all = joined;
        if (all == null) {
            return tail;
        }
        join(tail);
        return all;
    }

    /** Releases what there is. */
    void drop() {
        tail.release();
        if (joined != null) {
            joined.release();
        }
    }
}
