package dev.culvert.link;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.io.NextRound;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds out that a link is dead although nothing says so: a VM that was paused or restored, a
 * network that drops everything. Watches only while the agent owes an answer.
 *
 * <p>A link that nothing was ever heard on has less time: its agent may have been stopped, and the
 * kernel took the connection for it. It proves itself by any frame, or by a pong.
 */
final class SilenceWatch {
    static final String PING_ID = "link-alive";

    private final ExchangeHandler exchanges;
    private final EventLoop loop;
    private final Duration timeout;
    private @Nullable ScheduledFuture<?> next;
    private final Duration proof;
    private boolean proven;
    private boolean heard;
    private boolean asked;
    private boolean givenUp;

    SilenceWatch(ExchangeHandler exchanges, EventLoop loop, LinkLimits limits) {
        this.exchanges = exchanges;
        this.loop = loop;
        timeout = limits.silenceTimeout();
        Duration half = limits.dialTimeout().dividedBy(2);
        proof = half.compareTo(timeout) < 0 ? half : timeout;
    }

    /** The agent owes something from now on. */
    void begin() {
        if (next == null) {
            heard = proven;
            schedule();
        }
    }

    void onFrame() {
        proven = true;
        heard = true;
    }

    /** Whether it is the answer to the question of this watch. */
    static boolean isAnswer(Frame frame) {
        return frame.type() == FrameType.PONG && frame.id().equals(PING_ID);
    }

    /** Whether it gave up a link on which nothing was ever heard: perhaps nobody is there. */
    boolean heardNobody() {
        return !proven && givenUp;
    }

    void end() {
        if (next != null) {
            next.cancel(false);
        }
    }

    private Duration pause() {
        return proven ? timeout : proof;
    }

    private void schedule() {
        next = loop.schedule(this::lookAround, pause().toNanos(), TimeUnit.NANOSECONDS);
    }

    /** What came in while the loop stood still is read before the agent is said to be silent. */
    private void lookAround() {
        next = NextRound.run(loop, this::check);
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
            givenUp = true;
            double seconds = 2 * pause().toMillis() / 1000.0;
            exchanges.close(
                    proven
                            ? "nothing was heard of the agent for %.1f s, nor did it answer a ping (silence_timeout)"
                                    .formatted(seconds)
                            : "the connection was accepted, but nothing was heard on it for %.1f s, nor was a ping answered (dial_timeout)"
                                    .formatted(seconds));
            return;
        }
        asked = silent;
        if (silent) {
            exchanges.sendPing(PING_ID);
        }
        schedule();
    }
}
