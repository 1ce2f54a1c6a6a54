package dev.culvert.guest.runtime;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Calls once no byte has come for a time, on its loop. A byte costs it a look at the clock, no new
 * timer.
 */
final class IdleWatch {

    private final EventLoop loop;
    private final long idleNanos;
    private final Runnable onIdle;

    private @Nullable ScheduledFuture<?> check;
    private long lastByteNanos;

    IdleWatch(EventLoop loop, Duration idle, Runnable onIdle) {
        this.loop = loop;
        this.idleNanos = idle.toNanos();
        this.onIdle = onIdle;
    }

    void start() {
        stop();
        onBytes();
        checkAfter(idleNanos);
    }

    void onBytes() {
        lastByteNanos = loop.ticker().nanoTime();
    }

    void stop() {
        if (check != null) {
            check.cancel(false);
            check = null;
        }
    }

    private void checkAfter(long nanos) {
        check = loop.schedule(this::check, nanos, TimeUnit.NANOSECONDS);
    }

    private void check() {
        long left = idleNanos - (loop.ticker().nanoTime() - lastByteNanos);
        if (left > 0) {
            checkAfter(left);
        } else {
            onIdle.run();
        }
    }
}
