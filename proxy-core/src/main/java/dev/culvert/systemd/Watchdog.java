package dev.culvert.systemd;

import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Pings as long as every event loop runs: before each ping, each loop has run a task that was added
 * after the last ping.
 */
/* A round is one task on every loop. The loop that runs its task last pings, and begins the next round
 * a while later. A loop that hangs keeps its round from ending. */
final class Watchdog {
    private final EventLoopGroup loops;
    private final long pauseNanos;
    private final Runnable ping;

    /**
     * @param patience without a ping for so long, this process counts as dead
     */
    Watchdog(EventLoopGroup loops, Duration patience, Runnable ping) {
        this.loops = loops;
        pauseNanos = patience.dividedBy(2).toNanos(); // the other half is for loops that are busy
        this.ping = ping;
    }

    void start() {
        AtomicInteger missing = new AtomicInteger();
        loops.forEach(_ -> missing.incrementAndGet());
        try {
            for (EventExecutor loop : loops) {
                loop.execute(() -> {
                    if (missing.decrementAndGet() == 0) {
                        ping.run();
                        loop.schedule(this::start, pauseNanos, TimeUnit.NANOSECONDS);
                    }
                });
            }
        } catch (RejectedExecutionException _) {
            return; // the loops have ended, and the process is about to
        }
    }
}
