package dev.culvert.guest.tools;

import dev.culvert.tools.Grant;
import java.time.Duration;

/**
 * Whether a call has begun, and since when. What is given up before it has begun does not begin.
 * Safe for all threads.
 */
final class CallStart implements Grant.Caller {
    private final long madeNanos;
    private long beganNanos;
    private boolean begun;
    private boolean over;

    /**
     * @param madeNanos when it was made, on the clock of {@link System#nanoTime}
     */
    CallStart(long madeNanos) {
        this.madeNanos = madeNanos;
    }

    /**
     * How it is.
     *
     * @param leftNanos until its time is over; not positive if it is
     */
    record State(boolean hasBegun, long leftNanos) {}

    /**
     * Gives it up if its time is over.
     *
     * @param most how long it may wait, and then how long it may take
     */
    synchronized State check(long now, Duration most) {
        long left = (begun ? beganNanos : madeNanos) + most.toNanos() - now;
        over |= left <= 0;
        return new State(begun, left);
    }

    synchronized void giveUp() {
        over = true;
    }

    @Override
    public synchronized boolean hasLeft() {
        return over;
    }

    @Override
    public synchronized void onWait() {
        begun = false;
    }

    @Override
    public boolean begin() {
        return begin(System.nanoTime());
    }

    synchronized boolean begin(long now) {
        if (over) {
            return false;
        }
        begun = true;
        beganNanos = now;
        return true;
    }

    /** Since it was made. */
    Duration age(long now) {
        return Duration.ofNanos(now - madeNanos);
    }
}
