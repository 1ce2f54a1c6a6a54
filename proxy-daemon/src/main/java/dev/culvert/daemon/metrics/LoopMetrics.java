package dev.culvert.daemon.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.TimeUnit;

/** How late event loops run their timers, which shows when something blocks them. */
public final class LoopMetrics {
    private static final long EVERY_MILLIS = 1_000;

    private final Timer lag;

    LoopMetrics(MeterRegistry registry) {
        lag =
                Buckets.timer(
                                "culvert.event.loop.lag",
                                "How late a timer of an event loop ran, measured once a second.")
                        .register(registry);
    }

    public void watch(EventLoopGroup loops) {
        for (EventExecutor loop : loops) {
            schedule(loop);
        }
    }

    private void schedule(EventExecutor loop) {
        long due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(EVERY_MILLIS);
        loop.schedule(
                () -> {
                    lag.record(Math.max(0, System.nanoTime() - due), TimeUnit.NANOSECONDS);
                    schedule(loop);
                },
                EVERY_MILLIS,
                TimeUnit.MILLISECONDS);
    }
}
