package dev.culvert.daemon.operations;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The latest records of the daemon's log, for operators who are not on its host, and the beginnings
 * and ends of changes among them. Thread-safe.
 */
/* A line is taken apart only when somebody asks for it: most never are. */
public final class RecentLog implements Runs.Listener {
    private static final int MOST_CHARS = 16_000;

    /** Roughly, of an entry without its text. */
    private static final int BYTES = 200;

    /** How many lines {@link #text} has. */
    private static final int MOST_LINES = 200;

    private final IntSupplier most;
    private final IntSupplier mostBytes;
    private final Deque<Entry> entries = new ArrayDeque<>();
    private long number;
    private long bytes;

    private sealed interface Entry {
        LogRecord record();

        int chars();
    }

    private record Logged(long number, Instant time, String text, LogRecord.@Nullable About about)
            implements Entry {
        @Override
        public LogRecord record() {
            return LogRecord.of(number, time, text, about);
        }

        @Override
        public int chars() {
            return text.length();
        }

        String line() {
            return time + " " + text;
        }
    }

    private record OfRun(LogRecord record) implements Entry {
        @Override
        public int chars() {
            return record.message().length();
        }
    }

    /**
     * With limits that may change.
     *
     * @param most how many records are kept
     * @param mostBytes how many bytes these may take
     */
    public RecentLog(IntSupplier most, IntSupplier mostBytes) {
        this.most = most;
        this.mostBytes = mostBytes;
    }

    /**
     * Takes an entry of the log, and forgets the oldest.
     *
     * @param run that the entry is of, if any
     */
    public void add(String entry, @Nullable Run run) {
        String kept = entry.length() > MOST_CHARS ? entry.substring(0, MOST_CHARS) + "…" : entry;
        LogRecord.About about = run == null ? null : LogRecord.About.of(run);
        synchronized (entries) {
            keep(new Logged(++number, now(), kept, about));
        }
    }

    @Override
    public void onBegun(Run run) {
        LogRecord.About about = LogRecord.About.of(run);
        synchronized (entries) {
            keep(new OfRun(LogRecord.begun(++number, now(), about)));
        }
    }

    @Override
    public void onEnded(Run run, Run.End end) {
        LogRecord.About about = LogRecord.About.of(run);
        synchronized (entries) {
            keep(new OfRun(LogRecord.ended(++number, now(), about, end)));
        }
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    private void keep(Entry entry) {
        entries.addLast(entry);
        bytes += entry.chars() + BYTES;
        while (!entries.isEmpty()
                && (entries.size() > most.getAsInt() || bytes > mostBytes.getAsInt())) {
            bytes -= entries.removeFirst().chars() + BYTES;
        }
    }

    /** All records, the oldest first. */
    public List<LogRecord> records() {
        return copy().stream().map(Entry::record).toList();
    }

    /** The latest lines of the log, a line each, the latest last. */
    public List<String> lines() {
        List<String> lines =
                copy().stream()
                        .filter(Logged.class::isInstance)
                        .map(it -> ((Logged) it).line())
                        .toList();
        return lines.subList(Math.max(0, lines.size() - MOST_LINES), lines.size());
    }

    /** The same as one text. */
    public String text() {
        return lines().stream().collect(Collectors.joining("\n"));
    }

    private Collection<Entry> copy() {
        synchronized (entries) {
            return List.copyOf(entries);
        }
    }

    /** How many are kept. */
    public int count() {
        synchronized (entries) {
            return entries.size();
        }
    }

    /** How many bytes they take. */
    public long bytes() {
        synchronized (entries) {
            return bytes;
        }
    }
}
