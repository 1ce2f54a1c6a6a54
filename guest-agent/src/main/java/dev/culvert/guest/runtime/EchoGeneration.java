package dev.culvert.guest.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.frame.ErrorCode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * One echo: tells one word at a time, with the blanks after it; the loop does other work between.
 */
final class EchoGeneration implements Generation {

    /** A longer word is told in pieces, so that no delta is too large for a frame. */
    private static final int MAX_WORD_BYTES = 1024;

    private final EventLoop loop;
    private final Duration delay;
    private final ByteBuf text;
    private final GuardedListener listener;

    private int words;
    private boolean paused;
    private boolean held;

    /**
     * @param text in UTF-8; released when all is told, or the generation is aborted
     */
    EchoGeneration(EventLoop loop, Duration delay, ByteBuf text, GenerationListener listener) {
        this.loop = loop;
        this.delay = delay;
        this.text = text;
        this.listener = new GuardedListener(listener);
    }

    @Override
    public void pause() {
        paused = true;
    }

    @Override
    public void resume() {
        paused = false;
        if (held) {
            held = false;
            loop.execute(this::next);
        }
    }

    @Override
    public void abort() {
        if (!listener.isOver()) {
            listener.silence();
            text.release();
        }
    }

    /** Tells one word and schedules the next; the end comes without delay. */
    void next() {
        if (listener.isOver()) {
            return;
        }
        if (paused) {
            held = true;
        } else if (!text.isReadable() && words == 0) {
            text.release();
            listener.onFailure(
                    new RuntimeFailure(
                            ErrorCode.EMPTY_RESPONSE,
                            "There is nothing to echo; send a message with the role user and some"
                                    + " text, of at most 4 MiB."));
        } else if (!text.isReadable()) {
            text.release();
            listener.onEnd(new GenerationEnd("stop", usage()));
        } else {
            words++;
            String word = text.readCharSequence(wordBytes(), UTF_8).toString();
            listener.onText(word);
            if (!listener.isOver()) {
                schedule();
            }
        }
    }

    private void schedule() {
        if (delay.isZero() || !text.isReadable()) {
            loop.execute(this::next);
        } else {
            var _ = loop.schedule(this::next, delay.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private int wordBytes() {
        int from = text.readerIndex();
        int limit = from + Math.min(text.readableBytes(), MAX_WORD_BYTES);
        int end = skip(from, limit, true);
        end = skip(end, limit, false);
        end = skip(end, limit, true);
        while (end < text.writerIndex() && isInsideACharacter(text.getByte(end))) {
            end--;
        }
        return end - from;
    }

    private int skip(int from, int limit, boolean blanks) {
        int end = from;
        while (end < limit && isBlank(text.getByte(end)) == blanks) {
            end++;
        }
        return end;
    }

    private static boolean isBlank(byte character) {
        return character == ' ' || (character >= '\t' && character <= '\r');
    }

    /** Whether it is a continuation byte of UTF-8. */
    private static boolean isInsideACharacter(byte character) {
        return (character & 0xC0) == 0x80;
    }

    private String usage() {
        return "{\"prompt_tokens\":"
                + words
                + ",\"completion_tokens\":"
                + words
                + ",\"total_tokens\":"
                + 2 * words
                + "}";
    }
}
