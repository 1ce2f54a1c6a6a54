package dev.culvert.guest.tools;

import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What a call puts out while it runs. Collected on the thread of the tool, and told on the event
 * loop at most five times a second. A call that ends before that tells nothing: its result has it.
 */
final class CallOutput {
    private static final int EVERY_MILLIS = 200;

    private final EventLoop loop;
    private final Consumer<String> told;

    /** Guarded by this object, as are the next three. */
    private final StringBuilder waiting = new StringBuilder();

    private int left;
    private boolean scheduled;
    private boolean closed;

    /* On the loop alone: */
    private boolean paused;
    private boolean due;

    /**
     * @param most characters of one call
     * @param told on {@code loop}
     */
    CallOutput(EventLoop loop, int most, Consumer<String> told) {
        this.loop = loop;
        this.told = told;
        left = most;
    }

    /** On the thread of the tool. What is more than a call may tell is left out. */
    void add(String text) {
        if (take(text)) {
            try {
                loop.schedule(this::onTime, EVERY_MILLIS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException _) {
                close(); // the agent stops
            }
        }
    }

    /** Whether it must be told after a while. */
    private synchronized boolean take(String text) {
        if (closed || left == 0 || text.isEmpty()) {
            return false;
        }
        int length = Math.min(left, text.length());
        if (length < text.length() && Character.isHighSurrogate(text.charAt(length - 1))) {
            length--;
        }
        waiting.append(text, 0, length);
        left = length < text.length() ? 0 : left - length;
        boolean first = !scheduled;
        scheduled = true;
        return first;
    }

    private void onTime() {
        if (paused) {
            due = true;
        } else {
            tell();
        }
    }

    private void tell() {
        due = false;
        String text = taken();
        if (!text.isEmpty()) {
            told.accept(text);
        }
    }

    private synchronized String taken() {
        scheduled = false;
        String text = closed ? "" : waiting.toString();
        waiting.setLength(0);
        return text;
    }

    /** On the loop: nobody reads. */
    void pause() {
        paused = true;
    }

    /** On the loop. */
    void resume() {
        paused = false;
        if (due) {
            tell();
        }
    }

    /** Nothing is told any more. */
    synchronized void close() {
        closed = true;
        waiting.setLength(0);
    }
}
