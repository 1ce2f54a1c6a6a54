package dev.culvert.io;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One deadline that moves often and seldom expires: moving it later costs two field writes.
 * Confined to its event loop.
 */
public final class LazyTimer {
    private final EventExecutor loop;
    private final Runnable onExpired;
    private boolean armed;
    private long deadlineNanos;
    private long wakeNanos;
    private @Nullable ScheduledFuture<?> wake;

    public LazyTimer(EventExecutor loop, Runnable onExpired) {
        this.loop = loop;
        this.onExpired = onExpired;
    }

    /** Sets or moves the deadline. Returns the time now, which it had to read. */
    public long expireAfter(Duration delay) {
        return expireAfter(delay.toNanos());
    }

    public long expireAfter(long nanos) {
        long now = now();
        deadlineNanos = now + nanos;
        armed = true;
        if (wake == null || deadlineNanos - wakeNanos < 0) {
            schedule();
        }
        return now;
    }

    public boolean isArmed() {
        return armed;
    }

    /** Removes the deadline; a wake-up that is scheduled will do nothing. */
    public void disarm() {
        armed = false;
    }

    /** Removes the deadline and the scheduled wake-up. */
    public void cancel() {
        armed = false;
        if (wake != null) {
            wake.cancel(false);
            wake = null;
        }
    }

    private void schedule() {
        if (wake != null) {
            wake.cancel(false);
        }
        wakeNanos = deadlineNanos;
        wake = loop.schedule(this::wakeUp, deadlineNanos - now(), TimeUnit.NANOSECONDS);
    }

    private void wakeUp() {
        wake = null;
        if (!armed) {
            return;
        }
        if (deadlineNanos - now() > 0) {
            schedule();
            return;
        }
        armed = false;
        onExpired.run();
    }

    public long now() {
        return loop.ticker().nanoTime();
    }
}
