package dev.culvert.link;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What an agent complains of, or says so that it cannot be read, beside all exchanges: logged, and
 * too much of it closes the link. Confined to the event loop.
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

    /** Why the link is to be closed; null where it is not. */
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
                        + " times within a second (link.max_complaints_per_second): its log says"
                        + " why"
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
