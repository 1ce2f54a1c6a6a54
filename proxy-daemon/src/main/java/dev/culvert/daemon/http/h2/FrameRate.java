package dev.culvert.daemon.http.h2;

import java.util.concurrent.TimeUnit;

/** How many frames of one kind came within a second. Confined to its event loop. */
final class FrameRate {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final int most;
    private long sinceNanos;
    private int count;

    FrameRate(int most, long nowNanos) {
        this.most = most;
        sinceNanos = nowNanos;
    }

    /** Counts one more; false if that is too many. */
    boolean mayCome(long nowNanos) {
        if (nowNanos - sinceNanos >= SECOND) {
            sinceNanos = nowNanos;
            count = 0;
        }
        return ++count <= most;
    }
}
