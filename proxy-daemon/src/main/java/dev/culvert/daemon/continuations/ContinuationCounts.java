package dev.culvert.daemon.continuations;

import java.util.concurrent.atomic.LongAdder;

/** What became of the turns that called tools of their clients. Safe for all threads. */
public final class ContinuationCounts {
    private final LongAdder given = new LongAdder();
    private final LongAdder used = new LongAdder();
    private final LongAdder missing = new LongAdder();

    void isGiven() {
        given.increment();
    }

    void isUsed() {
        used.increment();
    }

    void isMissing() {
        missing.increment();
    }

    /** How many gave their clients a continuation. */
    public long given() {
        return given.sum();
    }

    /** How many clients went on. */
    public long used() {
        return used.sum();
    }

    /** How many have no continuation. */
    public long missing() {
        return missing.sum();
    }
}
