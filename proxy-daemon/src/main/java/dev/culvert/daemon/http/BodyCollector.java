package dev.culvert.daemon.http;

import dev.culvert.io.DirectMemory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * Puts a body together. One that arrives whole stays the slice of what was read; others are copied,
 * so that many small pieces hold no more memory than twice their bytes.
 */
final class BodyCollector {
    private static final int FIRST_BYTES = 1024;

    /** A body in a buffer that is so many times as large is copied out of it. */
    private static final int MOST_WASTE = 4;

    private final long length;
    private @Nullable ByteBuf body;

    /**
     * @param length of the whole, where it is known beforehand
     */
    BodyCollector(long length) {
        this.length = length;
    }

    int size() {
        return body == null ? 0 : body.readableBytes();
    }

    /** The memory that it takes. */
    int heldBytes() {
        return body == null ? 0 : DirectMemory.pinnedBytes(body);
    }

    /** Takes ownership of {@code part}. */
    void add(ByteBuf part, ByteBufAllocator allocator) {
        if (body == null
                && part.readableBytes() == length
                && DirectMemory.pinnedBytes(part) <= MOST_WASTE * Math.max(length, FIRST_BYTES)) {
            body = part;
        } else {
            if (body == null) {
                body = allocator.buffer(Math.max(FIRST_BYTES, part.readableBytes()));
            }
            body.writeBytes(part);
            part.release();
        }
    }

    /** Gives the body away: the caller releases it. */
    ByteBuf take() {
        ByteBuf taken = body == null ? Unpooled.EMPTY_BUFFER : body;
        body = null;
        return taken;
    }

    void discard() {
        take().release();
    }
}
