package dev.culvert.daemon.http;

import dev.culvert.io.DirectMemory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * Puts one body after another together. A body that arrives whole stays the slice of what was read.
 * Others are copied into a buffer that grows with what has arrived: the announced length alone
 * reserves nothing, since a client may never send it.
 */
final class BodyCollector {
    private static final int FIRST_BYTES = 1024;

    /** How many times what has arrived a body of known length may be given room for. */
    private static final int GROWTH = 4;

    /** A body in a buffer that is so many times as large is copied out of it. */
    private static final int MOST_WASTE = 4;

    private long length;
    private int most;
    private @Nullable ByteBuf body;

    /**
     * Begins the next body.
     *
     * @param announced the length of the whole body, if it is known; else 0
     * @param mostBytes a larger body will be refused
     */
    void expect(long announced, int mostBytes) {
        length = announced;
        most = mostBytes;
    }

    int size() {
        return body == null ? 0 : body.readableBytes();
    }

    /** What has arrived, lent until the next part is added. */
    ByteBuf arrived() {
        return body == null ? Unpooled.EMPTY_BUFFER : body;
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
            return;
        }
        try {
            if (body == null) {
                body = allocator.buffer(room(part.readableBytes()));
            } else if (body.writableBytes() < part.readableBytes()) {
                body.capacity(room(body.readableBytes() + part.readableBytes()));
            }
            body.writeBytes(part);
        } finally {
            part.release();
        }
    }

    /**
     * Where the length is unknown, twice what has arrived, so that each byte is copied about once
     * more.
     */
    private int room(int arrived) {
        long room =
                length == 0
                        ? Math.min(most, 2L * arrived)
                        : Math.min(length, (long) GROWTH * arrived);
        return (int) Math.max(FIRST_BYTES, Math.max(room, arrived));
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
