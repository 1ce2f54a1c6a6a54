package dev.culvert.guest.runtime;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** One echo: a word with the blanks after it at a time, and other work of the loop in between. */
final class EchoGeneration implements Generation {

    /** A longer word is told in pieces, so that no delta is larger than a frame takes. */
    private static final int MAX_WORD_CHARS = 1024;

    private final EventLoop loop;
    private final Duration delay;
    private final String text;
    private final GuardedListener listener;

    private int at;
    private int words;
    private boolean paused;
    private boolean held;

    EchoGeneration(EventLoop loop, Duration delay, String text, GenerationListener listener) {
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
        listener.silence();
    }

    /** Tells one word and sees to the next; the end comes without delay. */
    void next() {
        if (paused) {
            held = true;
        } else if (text.isEmpty()) {
            listener.onFailure(
                    new RuntimeFailure(
                            RuntimeFailure.Code.EMPTY_RESPONSE,
                            "There is nothing to echo; send a message with the role user and some text."));
        } else if (at == text.length()) {
            listener.onEnd(new GenerationEnd("stop", usage()));
        } else {
            int from = at;
            at = wordEnd(from);
            words++;
            listener.onText(text.substring(from, at));
            if (!listener.isOver()) {
                schedule();
            }
        }
    }

    private void schedule() {
        if (delay.isZero() || at == text.length()) {
            loop.execute(this::next);
        } else {
            var _ = loop.schedule(this::next, delay.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private int wordEnd(int from) {
        int limit = Math.min(text.length(), from + MAX_WORD_CHARS);
        int end = skip(from, limit, true);
        end = skip(end, limit, false);
        end = skip(end, limit, true);
        boolean partsPair = end < text.length() && Character.isHighSurrogate(text.charAt(end - 1));
        return partsPair ? end - 1 : end;
    }

    private int skip(int from, int limit, boolean blanks) {
        int end = from;
        while (end < limit && Character.isWhitespace(text.charAt(end)) == blanks) {
            end++;
        }
        return end;
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
