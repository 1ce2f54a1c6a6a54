package dev.culvert.faults;

import dev.culvert.faults.Fault.OnWire;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Hands a relay's faults to its connections, until so many have happened. */
final class FaultSource {
    private final String name;
    private final LongFunction<OnWire> plan;
    private final int quota;
    private final Tally tally;
    private final Deque<OnWire> returned = new ArrayDeque<>();
    private long next;
    private int happened;

    FaultSource(String name, LongFunction<OnWire> plan, int quota, Tally tally) {
        this.name = name;
        this.plan = plan;
        this.quota = quota;
        this.tally = tally;
    }

    /** Of a relay that only relays. */
    static FaultSource none(Tally tally) {
        return new FaultSource(
                "nowhere",
                _ -> {
                    throw new IllegalStateException();
                },
                0,
                tally);
    }

    /** The next fault; null once enough have happened. */
    synchronized @Nullable OnWire arm() {
        if (isSpent()) {
            return null;
        }
        OnWire earlier = returned.poll();
        return earlier == null ? plan.apply(next++) : earlier;
    }

    /** The connection ended before its fault could happen: another one gets it. */
    synchronized void giveBack(OnWire fault) {
        returned.add(fault);
    }

    /** The fault happens now, unless this says that there were enough meanwhile. */
    synchronized boolean happens(OnWire fault) {
        if (isSpent()) {
            return false;
        }
        happened++;
        tally.fault(name, fault);
        return true;
    }

    /** Nobody gave the deaf connection up in all that time. */
    void unnoticed() {
        tally.count("deaf connections that nobody gave up", name);
    }

    synchronized boolean isSpent() {
        return happened >= quota;
    }
}
