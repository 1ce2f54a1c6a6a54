package dev.culvert.daemon.providers;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Divides a stream of server-sent events into whole events, each with the blank line that ends it.
 * All bytes come out, in their order. Owns what it holds until {@link #drop}.
 */
/* An event of more than a mebibyte comes out in parts, so that a hostile provider fills no memory. */
final class EventSplitter {
    static final int MOST_EVENT_BYTES = 1 << 20;

    private static final int FIRST_BYTES = 1024;

    /** A larger buffer is not kept when it is empty. */
    private static final int MOST_KEPT_BYTES = 4 * 1024;

    private final ByteBufAllocator allocator;
    private @Nullable ByteBuf held;
    private int scanned;
    private boolean lineIsEmpty = true;
    private boolean afterReturn;
    private boolean withinLarge;

    EventSplitter(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** Borrows {@code bytes}. */
    void add(ByteBuf bytes) {
        ByteBuf all = held;
        if (all == null) {
            all = allocator.buffer(Math.max(FIRST_BYTES, bytes.readableBytes()));
            held = all;
            scanned = all.readerIndex();
        }
        int before = all.readerIndex();
        all.discardSomeReadBytes();
        scanned -= before - all.readerIndex();
        all.writeBytes(bytes);
    }

    /** The next event, lent until the next call of any method; null if none is here whole. */
    @Nullable ByteBuf next() {
        ByteBuf all = held;
        if (all == null) {
            return null;
        }
        int end = all.writerIndex();
        while (scanned < end) {
            byte b = all.getByte(scanned);
            scanned++;
            boolean isRest = b == '\n' && afterReturn;
            afterReturn = b == '\r';
            if (isRest) {
                continue;
            }
            if (b != '\n' && b != '\r') {
                lineIsEmpty = false;
            } else if (lineIsEmpty) {
                return take(all);
            } else {
                lineIsEmpty = true;
            }
        }
        return null;
    }

    private ByteBuf take(ByteBuf all) {
        // The event ends with its blank line; what other lines there are follows.
        return all.readSlice(scanned - all.readerIndex());
    }

    /**
     * What there is of an event that is too large to be held, lent likewise; null if there is none
     * so large. Call it after {@link #next} has returned null.
     */
    @Nullable ByteBuf part() {
        ByteBuf all = held;
        if (all == null || (!withinLarge && all.readableBytes() <= MOST_EVENT_BYTES)) {
            return null;
        }
        withinLarge = all.isReadable();
        return all.isReadable() ? all.readSlice(all.readableBytes()) : null;
    }

    /** Whether the event that {@link #next} has returned is the last part of a large one. */
    boolean endsLarge() {
        boolean ends = withinLarge;
        withinLarge = false;
        return ends;
    }

    /** What has come after the last whole event, lent likewise. */
    @Nullable ByteBuf rest() {
        ByteBuf all = held;
        return all == null || !all.isReadable() ? null : all.readSlice(all.readableBytes());
    }

    /** Lets go of a large buffer that is empty: the next event may be long in coming. */
    void trim() {
        ByteBuf all = held;
        if (all != null && !all.isReadable() && all.capacity() > MOST_KEPT_BYTES) {
            drop();
        }
    }

    int heldBytes() {
        return held == null ? 0 : held.capacity();
    }

    void drop() {
        if (held != null) {
            held.release();
            held = null;
        }
    }
}
