package dev.culvert.link;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Logs what an agent complains about outside of exchanges, and heartbeats that cannot be read; too
 * many of them close the link. Confined to the event loop.
 */
final class Complaints {
    private final EventLoop loop;
    private final int mostPerSecond;
    private final LinkObserver observer;
    private final PeerLog log;
    private @Nullable ScheduledFuture<?> second;
    private int withinSecond;

    Complaints(EventLoop loop, LinkLimits limits, LinkObserver observer, PeerLog log) {
        this.loop = loop;
        mostPerSecond = limits.maxComplaintsPerSecond();
        this.observer = observer;
        this.log = log;
    }

    /** Logs {@code line}. Returns why the link must be closed, or null if it need not be. */
    @Nullable String add(Supplier<String> line) {
        observer.onComplaint();
        log.warn(line);
        if (second == null) {
            second = loop.schedule(this::begin, 1, TimeUnit.SECONDS);
        }
        withinSecond++;
        return withinSecond > mostPerSecond
                ? "the agent complained more than "
                        + mostPerSecond
                        + " times within a second (link.max_complaints_per_second); see its log"
                : null;
    }

    private void begin() {
        second = null;
        withinSecond = 0;
    }

    void end() {
        if (second != null) {
            second.cancel(false);
        }
    }
}
