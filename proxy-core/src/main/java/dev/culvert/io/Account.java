package dev.culvert.io;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts all bytes that wait in this process, and ends the largest holdings when there are too
 * many. Safe for all threads.
 */
/*
 * A holding touches these counters only when it grows or shrinks by a grain, so an ordinary message
 * costs nothing here. Up to one grain of each holding is not counted. The limit must leave room for
 * that, for what the allocator keeps, and for one read of each channel.
 */
public final class Account {
    private static final Logger LOG = LoggerFactory.getLogger(Account.class);

    /** Smaller holdings, and smaller changes, are not counted. */
    public static final int GRAIN_BYTES = 4 * 1024;

    /* Ends a little more than needed, or each further grain would start another search. */
    private static final int HEADROOM_PART = 32;

    private static final int PERCENT = 100;

    private final AtomicLong lastTold =
            new AtomicLong(System.nanoTime() - TimeUnit.SECONDS.toNanos(1));
    private final Share whole;
    private final Reservations reservations = new Reservations(this);
    private final Set<Holding> counted = ConcurrentHashMap.newKeySet();
    private final Map<HeldKind, LongAdder> held = adders();
    private final Map<HeldKind, LongAdder> ended = adders();
    private final LongAdder refused = new LongAdder();
    private volatile AccountLimits limits;

    public Account(AccountLimits limits) {
        this.limits = limits;
        whole = new Share(this, "everybody", limits.key(), () -> this.limits.heldBytes());
    }

    private static Map<HeldKind, LongAdder> adders() {
        Map<HeldKind, LongAdder> adders = new EnumMap<>(HeldKind.class);
        for (HeldKind kind : HeldKind.values()) {
            adders.put(kind, new LongAdder());
        }
        return adders;
    }

    private static LongAdder of(HeldKind kind, Map<HeldKind, LongAdder> adders) {
        return requireNonNull(adders.get(kind));
    }

    /** Replaces the limits. */
    public void limit(AccountLimits next) {
        limits = next;
    }

    /** The share of everything that is held. */
    public Share whole() {
        return whole;
    }

    /**
     * Makes the share of a new owner.
     *
     * @param owner for the log
     * @param key the setting that says how large it is
     */
    public Share share(String owner, String key, IntSupplier percentOfWhole) {
        return new Share(
                this, owner, key, () -> percent(limits.heldBytes(), percentOfWhole.getAsInt()));
    }

    public long heldBytes(HeldKind kind) {
        return of(kind, held).sum();
    }

    /** How many holdings ended because a share was exceeded. */
    public long ended(HeldKind kind) {
        return of(kind, ended).sum();
    }

    /** Counts something new that did not begin because a share is crowded. */
    public void countRefusal() {
        refused.increment();
    }

    /** How often that happened. */
    public long refused() {
        return refused.sum();
    }

    Reservations reservations() {
        return reservations;
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
        of(kind, held).add(bytes);
        whole.add(bytes);
    }

    void hasEnded(HeldKind kind) {
        of(kind, ended).increment();
    }

    /** Ends the largest holdings of {@code share} if it is exceeded. */
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
        List<Ranked> largest = new ArrayList<>();
        for (Holding holding : counted) {
            if (holding.mayEndFor(share)) {
                largest.add(new Ranked(holding, holding.rank()));
            }
        }
        largest.sort(Comparator.comparingLong(Ranked::rank).reversed());
        long headroom = share.limitBytes() / HEADROOM_PART;
        int ending = 0;
        while (ending < largest.size() && share.excessBytes() + headroom > 0) {
            largest.get(ending++).holding().end(share);
        }
        if (ending > 0) {
            tell(share, ending);
        }
    }

    /** At most once a second: a line for each would flood the log at the worst time. */
    private void tell(Share share, int ending) {
        long now = System.nanoTime();
        long before = lastTold.get();
        if (now - before >= TimeUnit.SECONDS.toNanos(1) && lastTold.compareAndSet(before, now)) {
            LOG.warn(
                    "more is held for {} than {}: its largest holdings ({}) end; this is logged at"
                            + " most once a second",
                    share.owner(),
                    share.limitText(),
                    ending);
        }
    }

    /** A holding with the rank that it had when the search met it. */
    private record Ranked(Holding holding, long rank) {}
}
