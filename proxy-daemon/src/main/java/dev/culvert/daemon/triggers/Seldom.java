package dev.culvert.daemon.triggers;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Lets something be said once a minute, however often it happens. For all threads. */
final class Seldom {
    private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final LongSupplier nanos;
    private long last;
    private int left;
    private boolean said;

    Seldom(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** How often it has happened since it was last said; -1 if it is not to be said now. */
    synchronized int take() {
        long now = nanos.getAsLong();
        if (said && now - last < PAUSE_NANOS) {
            left++;
            return -1;
        }
        said = true;
        last = now;
        int more = left;
        left = 0;
        return more;
    }
}
