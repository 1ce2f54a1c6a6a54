package dev.culvert.faults;

import dev.culvert.faults.Fault.OnWire;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Gives the faults of a relay to its connections until enough have happened. */
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

    /** A source without faults. */
    static FaultSource none(Tally tally) {
        return new FaultSource(
                "nowhere",
                _ -> {
                    throw new IllegalStateException();
                },
                0,
                tally);
    }

    /** The next fault; null after enough have happened. */
    synchronized @Nullable OnWire arm() {
        if (isSpent()) {
            return null;
        }
        OnWire earlier = returned.poll();
        return earlier == null ? plan.apply(next++) : earlier;
    }

    /** The connection ended before its fault happened. Another connection gets the fault. */
    synchronized void giveBack(OnWire fault) {
        returned.add(fault);
    }

    /** The fault is about to happen. False if enough have happened meanwhile. */
    synchronized boolean happens(OnWire fault) {
        if (isSpent()) {
            return false;
        }
        happened++;
        tally.fault(name, fault);
        return true;
    }

    /** Neither side gave up the deaf connection in time. */
    void unnoticed() {
        tally.count("deaf connections that no side gave up", name);
    }

    synchronized boolean isSpent() {
        return happened >= quota;
    }
}
