package dev.culvert.daemon.operations;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;

/** The latest entries of the daemon's log, for operators who are not on its host. Thread-safe. */
public final class RecentLog {
    private static final int MOST_ENTRIES = 200;
    private static final int MOST_CHARS = 1_000;

    private final Deque<String> entries = new ArrayDeque<>(MOST_ENTRIES);

    /** Takes an entry, and forgets the oldest. */
    public void add(String entry) {
        String kept = entry.length() > MOST_CHARS ? entry.substring(0, MOST_CHARS) + "…" : entry;
        String line = Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + kept;
        synchronized (entries) {
            if (entries.size() == MOST_ENTRIES) {
                entries.removeFirst();
            }
            entries.addLast(line);
        }
    }

    /** The entries, a line each, the latest last. */
    public String text() {
        synchronized (entries) {
            return String.join("\n", entries);
        }
    }
}
