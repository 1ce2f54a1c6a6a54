package dev.culvert.link;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.io.NextRound;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds out that a link is dead although the socket does not say so: the VM was paused or restored,
 * or a network drops everything. Watches only while the agent owes an answer.
 *
 * <p>A link on which nothing was ever heard gets less time: its agent may be stopped, and the
 * kernel accepted the connection for it. Any frame proves that somebody is there.
 */
final class SilenceWatch {
    static final String PING_ID = "link-alive";

    private static final byte[] EMPTY_OBJECT = "{}".getBytes(StandardCharsets.US_ASCII);

    private final AgentLink link;
    private final Exchanges exchanges;
    private final EventLoop loop;
    private final Duration timeout;
    private @Nullable ScheduledFuture<?> next;
    private final Duration proof;
    private boolean proven;
    private boolean heard;
    private boolean asked;
    private boolean givenUp;

    SilenceWatch(AgentLink link, Exchanges exchanges, LinkLimits limits) {
        this.link = link;
        this.exchanges = exchanges;
        loop = link.eventLoop();
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

    /** Whether it answers a ping of this watch. */
    static boolean isAnswer(Frame frame) {
        return frame.type() == FrameType.PONG && frame.id().equals(PING_ID);
    }

    /** Whether it gave up a link on which nothing was ever heard: probably nobody is there. */
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

    /** Reads first what came in while the loop was busy: then the agent was not silent. */
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
            link.close(
                    proven
                            ? "the agent sent nothing for %.1f s and did not answer a ping (silence_timeout)"
                                    .formatted(seconds)
                            : "the connection was accepted, but nothing was heard on it for %.1f s, not even an answer to a ping (dial_timeout)"
                                    .formatted(seconds));
            return;
        }
        asked = silent;
        if (silent) {
            exchanges.send(
                    new Frame(FrameType.PING, PING_ID, Unpooled.wrappedBuffer(EMPTY_OBJECT)));
        }
        schedule();
    }
}
