package dev.culvert.daemon.front.responses;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
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
    private final KeptBytes items;

    /** Of all items from the beginning. */
    private final long bytes;

    /** How many kept responses need it. Guarded by the lock of {@link KeptResponses}. */
    private int holders;

    /** The response of which these are the input or the output; null for one that is not kept. */
    private @Nullable String response;

    Conversation(@Nullable Conversation before, ByteBuf items) {
        this.before = before;
        this.items = new KeptBytes(items);
        bytes = (before == null ? 0 : before.bytes) + this.items.length();
    }

    /** How long all items are, from the beginning. */
    long bytes() {
        return bytes;
    }

    /** It is the input or the output of that response. */
    void isOf(String id) {
        response = id;
    }

    /** The response whose input or output it is; null for one that is not kept. */
    @Nullable String response() {
        return response;
    }

    /** Not to be changed. They are kept, or were lent before. */
    byte[] items() {
        return requireNonNull(items.array(), "the items were let go");
    }

    /**
     * The same for the store; empty if they were let go meanwhile, and the store is about to hear
     * that.
     */
    byte[] itemsToStore() {
        byte[] there = items.array();
        return there == null ? new byte[0] : there;
    }

    /** Whoever has it from now on can read all items, also when nobody keeps them any more. */
    void lend() {
        for (Conversation it = this; it != null; it = it.before) {
            it.items.lend();
        }
    }

    /** What it follows; null for nothing. */
    @Nullable Conversation before() {
        return before;
    }

    /** Whether it is what a response answers, and not what it says. */
    boolean isInput() {
        return before == null || before.response == null || !before.response.equals(response);
    }

    /** The response that this input follows; null for none. */
    @Nullable String previous() {
        return before == null ? null : before.response;
    }

    /** Whether any kept response needs it. */
    boolean isHeld() {
        return holders > 0;
    }

    /**
     * One more response needs it. Returns the bytes that count from now on.
     *
     * @param room takes what is kept
     * @param first gets each part that nobody needed
     */
    long hold(KeptBytes.Room room, Consumer<Conversation> first) {
        long bytes = 0;
        for (Conversation it = this; it != null; it = it.before) {
            if (it.holders++ == 0) {
                bytes += it.items.length() + OWN_BYTES;
                it.items.moveOut(room);
                first.accept(it);
            }
        }
        return bytes;
    }

    /**
     * One response less needs it. Returns the bytes that count no longer.
     *
     * @param room has had what is not kept any longer
     * @param last gets each part that nobody needs any longer
     */
    long release(KeptBytes.Room room, Consumer<Conversation> last) {
        long bytes = 0;
        for (Conversation it = this; it != null; it = it.before) {
            if (--it.holders == 0) {
                bytes += it.items.length() + OWN_BYTES;
                it.items.letGo(room);
                last.accept(it);
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
            if (part.items.length() > 0) {
                if (any) {
                    out.writeByte(',');
                }
                out.writeBytes(part.items());
                any = true;
            }
        }
        return any;
    }
}
