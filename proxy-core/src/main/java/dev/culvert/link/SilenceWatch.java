package dev.culvert.link;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds out that a link is dead although nothing says so: a VM that was paused or restored, a
 * network that drops everything. Watches only while the agent owes an answer.
 */
final class SilenceWatch {
    static final String PING_ID = "link-alive";

    private final ExchangeHandler exchanges;
    private final EventLoop loop;
    private final Duration timeout;
    private @Nullable ScheduledFuture<?> next;
    private boolean heard;
    private boolean asked;

    SilenceWatch(ExchangeHandler exchanges, EventLoop loop, Duration timeout) {
        this.exchanges = exchanges;
        this.loop = loop;
        this.timeout = timeout;
    }

    /** The agent owes something from now on. */
    void begin() {
        if (next == null) {
            heard = true;
            schedule();
        }
    }

    void onFrame() {
        heard = true;
    }

    /** Whether it is the answer to the question of this watch. */
    static boolean isAnswer(Frame frame) {
        return frame.type() == FrameType.PONG && frame.id().equals(PING_ID);
    }

    void end() {
        if (next != null) {
            next.cancel(false);
        }
    }

    private void schedule() {
        next = loop.schedule(this::check, timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void check() {
        next = null;
        boolean silent = !heard;
        heard = false;
        if (exchanges.inFlight() == 0) {
            asked = false;
            return;
        }
        if (silent && asked) {
            exchanges.close(
                    "nothing was heard of the agent for %.1f s, nor did it answer a ping (silence_timeout)"
                            .formatted(2 * timeout.toMillis() / 1000.0));
            return;
        }
        asked = silent;
        if (silent) {
            exchanges.sendPing(PING_ID);
        }
        schedule();
    }
}
