package dev.culvert.daemon.front.responses;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Items that follow others. What several responses follow is in memory once: it counts for the
 * limit as long as one of them is kept.
 */
final class Conversation {
    /** What an object of this kind takes besides its text. */
    private static final int OWN_BYTES = 64;

    private final @Nullable Conversation before;

    /** JSON objects with commas between; may be empty. */
    private final byte[] items;

    /** Of all items from the beginning. */
    private final long bytes;

    /** How many kept responses need it. Guarded by the lock of {@link KeptResponses}. */
    private int holders;

    Conversation(@Nullable Conversation before, ByteBuf items) {
        this.before = before;
        this.items = new byte[items.readableBytes()];
        items.getBytes(items.readerIndex(), this.items);
        bytes = (before == null ? 0 : before.bytes) + this.items.length;
    }

    /** How long all items are, from the beginning. */
    long bytes() {
        return bytes;
    }

    /** One more response needs it. Returns the bytes that count from now on. */
    long hold() {
        long bytes = 0;
        for (Conversation it = this; it != null; it = it.before) {
            if (it.holders++ == 0) {
                bytes += it.items.length + OWN_BYTES;
            }
        }
        return bytes;
    }

    /** One response less needs it. Returns the bytes that count no longer. */
    long release() {
        long bytes = 0;
        for (Conversation it = this; it != null; it = it.before) {
            if (--it.holders == 0) {
                bytes += it.items.length + OWN_BYTES;
            }
        }
        return bytes;
    }

    /** Writes all items from the beginning, with commas between; says whether there are any. */
    boolean write(ByteBuf out) {
        Deque<Conversation> parts = new ArrayDeque<>();
        for (Conversation it = this; it != null; it = it.before) {
            parts.push(it);
        }
        boolean any = false;
        for (Conversation part : parts) {
            if (part.items.length > 0) {
                if (any) {
                    out.writeByte(',');
                }
                out.writeBytes(part.items);
                any = true;
            }
        }
        return any;
    }
}
