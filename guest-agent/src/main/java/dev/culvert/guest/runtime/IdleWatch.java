package dev.culvert.guest.runtime;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Calls {@code onIdle} when an answer has made no progress for a time. Progress costs only a look
 * at the clock, not a new timer. Confined to the loop.
 */
final class IdleWatch {

    private final EventLoop loop;
    private final long idleNanos;
    private final Runnable onIdle;

    private @Nullable ScheduledFuture<?> check;
    private long lastNanos;

    IdleWatch(EventLoop loop, Duration idle, Runnable onIdle) {
        this.loop = loop;
        this.idleNanos = idle.toNanos();
        this.onIdle = onIdle;
    }

    void start() {
        stop();
        onProgress();
        checkAfter(idleNanos);
    }

    void onProgress() {
        lastNanos = loop.ticker().nanoTime();
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
        long left = idleNanos - (loop.ticker().nanoTime() - lastNanos);
        if (left > 0) {
            checkAfter(left);
        } else {
            onIdle.run();
        }
    }
}
