package dev.culvert.io;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;

/**
 * Counts the bytes that wait in this process, whoever they wait for, and ends the largest holdings
 * when there are too many. Used on any thread.
 */
/*
 * A holding touches these counters only when it grows or shrinks by a grain, so an ordinary message
 * costs nothing here. Up to one grain of each holding is therefore not counted. The limit has to
 * leave room for that, for what the allocator keeps, and for one read of each channel.
 */
public final class Account {
    /** Smaller holdings, and smaller changes, are not counted. */
    public static final int GRAIN_BYTES = 4 * 1024;

    /* A little more than needed ends at once, or each further grain would start another search. */
    private static final int HEADROOM_PART = 32;

    private static final int PERCENT = 100;

    private final Share whole;
    private final Set<Holding> counted = ConcurrentHashMap.newKeySet();
    private final LongAdder[] held = adders();
    private final LongAdder[] ended = adders();
    private volatile AccountLimits limits;

    public Account(AccountLimits limits) {
        this.limits = limits;
        whole = new Share(this, limits.key(), () -> this.limits.heldBytes());
    }

    private static LongAdder[] adders() {
        LongAdder[] adders = new LongAdder[HeldKind.values().length];
        for (int i = 0; i < adders.length; i++) {
            adders[i] = new LongAdder();
        }
        return adders;
    }

    /** Other limits from now on. */
    public void limit(AccountLimits next) {
        limits = next;
    }

    /** Of everything that is held. */
    public Share whole() {
        return whole;
    }

    /**
     * The share of a new owner.
     *
     * @param key the setting that says how large it is
     */
    public Share share(String key, IntSupplier percentOfWhole) {
        return new Share(this, key, () -> percent(limits.heldBytes(), percentOfWhole.getAsInt()));
    }

    public long heldBytes(HeldKind kind) {
        return held[kind.ordinal()].sum();
    }

    /** How many holdings ended because a share was exceeded. */
    public long ended(HeldKind kind) {
        return ended[kind.ordinal()].sum();
    }

    long highMarkOf(long limitBytes) {
        return percent(limitBytes, limits.highMarkPercent());
    }

    private static long percent(long bytes, int percent) {
        return bytes / PERCENT * percent + bytes % PERCENT * percent / PERCENT;
    }

    void count(Holding holding) {
        counted.add(holding);
    }

    void forget(Holding holding) {
        counted.remove(holding);
    }

    void add(HeldKind kind, long bytes) {
        held[kind.ordinal()].add(bytes);
        whole.add(bytes);
    }

    void hasEnded(HeldKind kind) {
        ended[kind.ordinal()].increment();
    }

    /** Ends the largest holdings of {@code share}, where it is exceeded. */
    void check(Share share) {
        if (share.excessBytes() <= 0) {
            return;
        }
        synchronized (share) { // one thread at a time, or each would choose the same holdings
            if (share.excessBytes() > 0) {
                endLargest(share);
            }
        }
    }

    private void endLargest(Share share) {
        List<Sized> largest = new ArrayList<>();
        for (Holding holding : counted) {
            if (holding.mayEndFor(share)) {
                largest.add(new Sized(holding, holding.countedBytes()));
            }
        }
        largest.sort(Comparator.comparingLong(Sized::bytes).reversed());
        long headroom = share.limitBytes() / HEADROOM_PART;
        for (Sized next : largest) {
            if (share.excessBytes() + headroom <= 0) {
                return;
            }
            next.holding().end(share);
        }
    }

    /** With the size that it had when the search came by. */
    private record Sized(Holding holding, long bytes) {}
}
