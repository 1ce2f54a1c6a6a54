package dev.culvert.daemon.auth;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A token bucket, as the time at which it will be full again. Shared by all event loops: one
 * atomic, no lock.
 */
/* GCRA: what is taken moves that time on, and a bucket that would be full too late is empty. */
final class Bucket {
    private final long count;
    private final long periodNanos;
    private final long burstNanos;
    private final AtomicLong full;

    /**
     * Full at first.
     *
     * @param count how much comes in a period
     * @param burst how much it holds
     */
    Bucket(long count, long periodNanos, long burst, long now) {
        this.count = count;
        this.periodNanos = periodNanos;
        burstNanos = nanos(burst);
        full = new AtomicLong(now);
    }

    private long nanos(long amount) {
        return (long) ((double) amount * periodNanos / count);
    }

    /**
     * Takes one, if there is one.
     *
     * @return 0, or how many nanoseconds to wait for it
     */
    long take(long now) {
        while (true) {
            long before = full.get();
            long after = Math.max(before - now, 0) + nanos(1);
            if (after > burstNanos) {
                return after - burstNanos;
            }
            if (full.compareAndSet(before, now + after)) {
                return 0;
            }
        }
    }

    /** Takes so much in any case: what is not there is owed. */
    void use(long amount, long now) {
        while (true) {
            long before = full.get();
            long after = Math.max(before - now, 0) + nanos(amount);
            if (full.compareAndSet(before, now + after)) {
                return;
            }
        }
    }

    /** In how many nanoseconds nothing is owed; 0 if nothing is now. */
    long owedNanos(long now) {
        return Math.max(full.get() - now - burstNanos, 0);
    }

    /** How much can be taken now. */
    long left(long now) {
        long free = burstNanos - Math.max(full.get() - now, 0);
        return free <= 0 ? 0 : (long) ((double) free * count / periodNanos);
    }

    /** In how many nanoseconds it is full. */
    long fullInNanos(long now) {
        return Math.max(full.get() - now, 0);
    }
}
