package dev.culvert.daemon.approvals;

import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which approvals have changed, in the order of their last changes, so that whoever knows them as
 * of one change can catch up. Changes are numbered from 1. Safe for all threads.
 */
/* Only the last change of each is kept: a reader wants to know how it is, not how it was. */
final class ChangeNumbers {
    /** Random for each start: the numbers of another one mean nothing here. */
    private final String epoch = HexFormat.of().toHexDigits(new SplittableRandom().nextLong());

    private final TreeMap<Long, String> ids = new TreeMap<>();
    private final Map<String, Long> last = new HashMap<>();
    private long number;
    private long forgotten;

    /** The last change of one approval. */
    record Change(long number, String id) {}

    String epoch() {
        return epoch;
    }

    /** Of the last change of all. */
    synchronized long newest() {
        return number;
    }

    /** Whether all approvals that have changed are gone. */
    synchronized boolean isEmpty() {
        return ids.isEmpty();
    }

    /** Whether every change after that one is known. */
    synchronized boolean reaches(long before) {
        return before >= forgotten && before <= number;
    }

    /** The next change after that number; null if there is none. */
    synchronized @Nullable Change after(long before) {
        Map.Entry<Long, String> next = ids.higherEntry(before);
        return next == null ? null : new Change(next.getKey(), next.getValue());
    }

    synchronized void add(String id) {
        number++;
        Long before = last.put(id, number);
        if (before != null) {
            ids.remove(before);
        }
        ids.put(number, id);
    }

    /** The approval is gone: who has not heard of its end must look at all that is left. */
    synchronized void forget(String id) {
        Long change = last.remove(id);
        if (change != null) {
            ids.remove(change);
            forgotten = Math.max(forgotten, change);
        }
    }
}
