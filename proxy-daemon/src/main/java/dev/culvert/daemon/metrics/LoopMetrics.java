package dev.culvert.daemon.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.TimeUnit;

/** How late the event loops come to their tasks: what blocks one shows here. */
public final class LoopMetrics {
    private static final long EVERY_MILLIS = 1_000;

    private final Timer lag;

    LoopMetrics(MeterRegistry registry) {
        lag =
                Buckets.timer(
                                "culvert.event.loop.lag",
                                "How much later than asked for a task of an event loop ran.")
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
