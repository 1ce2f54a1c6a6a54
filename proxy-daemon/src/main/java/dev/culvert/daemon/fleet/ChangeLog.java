package dev.culvert.daemon.fleet;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * Which agents have changed, in the order of their last changes, so that whoever knows the fleet as
 * of one change can catch up. Changes are numbered from 1. Read on any thread.
 */
/* Only the last change of each agent is kept: a reader wants to know how the agent is, not how it was. So the log is
 * as long as the fleet, and the agents that were removed, of which it forgets the oldest. */
final class ChangeLog {
    /** How many removed agents are remembered. */
    static final int MOST_REMOVED = 1_000;

    /** Random for each log: the numbers of another one mean nothing here. */
    private final String epoch = HexFormat.of().toHexDigits(new SplittableRandom().nextLong());

    private final ConcurrentNavigableMap<Long, Change> changes = new ConcurrentSkipListMap<>();

    // Guarded by this.
    private final Map<String, Change> last = new HashMap<>();
    private final Queue<Change> removals = new ArrayDeque<>();

    private volatile long number;
    private volatile long forgotten;

    /** The last change. */
    ChangePoint point() {
        return new ChangePoint(epoch, number);
    }

    /** Whether every change after that one is still known. */
    boolean reaches(ChangePoint before) {
        return before.epoch().equals(epoch)
                && before.number() >= forgotten
                && before.number() <= number;
    }

    /** The next change after that number; null if there is none. */
    @Nullable Change after(long before) {
        Map.Entry<Long, Change> next = changes.higherEntry(before);
        return next == null ? null : next.getValue();
    }

    void addRemoval(String agent) {
        synchronized (this) {
            removals.add(add(agent));
            while (removals.size() > MOST_REMOVED) {
                forget(removals.remove());
            }
        }
    }

    synchronized Change add(String agent) {
        long next = number + 1;
        Change change = new Change(next, agent);
        Change before = last.put(agent, change);
        if (before != null) {
            changes.remove(before.number());
        }
        changes.put(next, change);
        number = next;
        return change;
    }

    /** Forgets a removal, unless there is an agent of that id again. */
    private void forget(Change removal) {
        if (last.remove(removal.agent(), removal)) {
            changes.remove(removal.number());
            forgotten = removal.number();
        }
    }
}
