package dev.culvert.daemon.front.responses;

import dev.culvert.daemon.answer.BadChunkException;
import dev.culvert.io.Account;
import dev.culvert.io.HeldKind;
import dev.culvert.io.Holding;
import dev.culvert.io.Share;
import io.netty.channel.EventLoop;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Bounds and charges what a response holds while it is put together: its last event repeats all
 * that it said. Confined to the event loop of the answer.
 */
final class AnswerMemory {
    private final Supplier<Share> share;
    private final @Nullable Share client;
    private final EventLoop loop;
    private final int mostBytes;
    private @Nullable Holding holding;
    private @Nullable OutputReader held;
    private boolean tooMuch;

    /**
     * @param share of the agent, once something comes from it
     * @param client who waits for the answer; null for nobody
     * @param mostBytes that one response may say
     */
    AnswerMemory(Supplier<Share> share, @Nullable Share client, EventLoop loop, int mostBytes) {
        this.share = share;
        this.client = client;
        this.loop = loop;
        this.mostBytes = mostBytes;
    }

    /** Of an answer that is there already. */
    static AnswerMemory unused(EventLoop loop) {
        return new AnswerMemory(
                () -> {
                    throw new IllegalStateException("nothing more comes");
                },
                null,
                loop,
                0);
    }

    /**
     * To be told after each chunk.
     *
     * @throws BadChunkException when it is too much
     */
    void holds(OutputReader output) {
        holds(output, 0);
    }

    /**
     * The same.
     *
     * @param more bytes that are held beside the output
     */
    void holds(OutputReader output, int more) {
        if (tooMuch) {
            throw noneLeft();
        }
        int bytes = output.heldBytes() + more;
        if (holding == null && bytes >= Account.GRAIN_BYTES) {
            held = output;
            holding = share.get().open(HeldKind.ANSWERS, loop, this::isOverMemory);
            holding.countAlsoFor(client);
        }
        if (holding != null) {
            holding.set(bytes);
        }
        if (output.bytes() > mostBytes) {
            throw BadChunkException.tooLong(
                    "it says over %d bytes (turns.max_answer_bytes), and the last event of a response repeats all of them"
                            .formatted(mostBytes));
        }
    }

    /** What was held is let go at once; the answer fails with its next chunk, or at its end. */
    private void isOverMemory(Share exceeded) {
        tooMuch = true;
        if (held != null) {
            held.drop();
        }
        release();
    }

    /** What {@link #isTooMuch} means. */
    static BadChunkException noneLeft() {
        return BadChunkException.tooLong(
                "no memory is left for all that it says, which the last event of a response repeats");
    }

    boolean isTooMuch() {
        return tooMuch;
    }

    void release() {
        if (holding != null) {
            holding.set(0);
        }
    }
}
