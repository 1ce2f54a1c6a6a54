package dev.culvert.daemon.fleet;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one agent has done since the daemon started: figures for people. Counted on many event
 * loops, and only where a turn begins to be answered or ends, never for an event.
 */
public final class AgentWork {
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicLong turns = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private volatile long firstChunkMillis = -1;
    private volatile long latestMillis;

    /** Returns how many are under way now. */
    int began() {
        return underWay.incrementAndGet();
    }

    /**
     * A reading of a turn ended. Returns how many are under way now.
     *
     * @param begun whether it began the turn
     * @param read of payload, by its client
     */
    int ended(boolean begun, long read) {
        if (begun) {
            turns.incrementAndGet();
        }
        bytes.addAndGet(read);
        latestMillis = System.currentTimeMillis();
        return underWay.decrementAndGet();
    }

    /** The first event of a turn came. */
    public void answered(long nanos) {
        firstChunkMillis = TimeUnit.NANOSECONDS.toMillis(nanos);
        latestMillis = System.currentTimeMillis();
    }

    int underWay() {
        return underWay.get();
    }

    /** How many turns that began here have ended. */
    public long turns() {
        return turns.get();
    }

    /** How many bytes of payload the clients of ended turns got. */
    public long bytes() {
        return bytes.get();
    }

    /** How long the last turn took to its first event; -1 before there was one. */
    public long firstChunkMillis() {
        return firstChunkMillis;
    }

    /** When one of these figures last changed, as epoch milliseconds; 0 before. */
    public long latestMillis() {
        return latestMillis;
    }
}
