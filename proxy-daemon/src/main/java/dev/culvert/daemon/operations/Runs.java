package dev.culvert.daemon.operations;

import dev.culvert.daemon.auth.Caller;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The latest runs, as many as the settings allow. Beyond that, the operation with the most runs
 * loses its oldest: a program that changes something every second does not make it forget who
 * reloaded the daemon. Safe for all threads.
 */
public final class Runs {
    /** The run that a thread works for now. */
    private static final ThreadLocal<@Nullable Run> CURRENT = new ThreadLocal<>();

    /** Is told of each run. */
    public interface Listener {
        void onBegun(Run run);

        void onEnded(Run run, Run.End end);
    }

    private static final Listener NOBODY =
            new Listener() {
                @Override
                public void onBegun(Run run) {}

                @Override
                public void onEnded(Run run, Run.End end) {}
            };

    private final IntSupplier most;
    private final IntSupplier mostBytes;
    private volatile Listener listener = NOBODY;
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    /** By id, the oldest first; its own lock, which guards the next two. */
    private final LinkedHashMap<String, Run> kept = new LinkedHashMap<>();

    /** Those of each operation that has some, by its name, the oldest first. */
    private final Map<String, Deque<Run>> byOperation = new HashMap<>();

    private long bytes;

    /** What a store has to be told, where there is one: guarded by {@link #kept}. */
    private final Map<String, Run> ended = new LinkedHashMap<>();

    private final Set<String> gone = new LinkedHashSet<>();
    private boolean isStored;

    /**
     * What has changed since a store was last told.
     *
     * @param ended runs that have ended
     * @param gone the ids of runs that were forgotten
     */
    record Changes(Collection<PastRun> ended, Collection<String> gone) {
        boolean isEmpty() {
            return ended.isEmpty() && gone.isEmpty();
        }
    }

    /**
     * With limits that may change.
     *
     * @param most how many are kept
     * @param mostBytes how many bytes these may take
     */
    public Runs(IntSupplier most, IntSupplier mostBytes) {
        this.most = most;
        this.mostBytes = mostBytes;
    }

    /** Tells {@code next} of each run from now on. */
    public void tell(Listener next) {
        listener = next;
    }

    /** Begins a run. */
    public Run begin(
            Operation operation, String path, Caller caller, String requestId, long bytesIn) {
        Run run;
        synchronized (kept) {
            run = new Run(freeId(), operation, path, caller, requestId, bytesIn);
            add(run);
            forget();
        }
        listener.onBegun(run);
        return run;
    }

    private String freeId() {
        String id;
        do {
            id = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        } while (kept.containsKey(id));
        return id;
    }

    /** Works for a run on this thread: counts the CPU time, and takes what is logged. */
    public void work(Run run, Runnable work) {
        Run before = CURRENT.get();
        long start = threads.getCurrentThreadCpuTime();
        CURRENT.set(run);
        try {
            work.run();
        } finally {
            run.worked(threads.getCurrentThreadCpuTime() - start);
            if (before == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(before);
            }
        }
    }

    /** The run that this thread works for; null without one. */
    public static @Nullable Run current() {
        return CURRENT.get();
    }

    /**
     * Takes a line of the log for the run that this thread works for, if any.
     *
     * @return what names that run at the end of the line; empty without a run
     */
    public String onLogged(String line) {
        Run run = CURRENT.get();
        if (run == null) {
            return "";
        }
        grow(run, () -> run.logged(line));
        return " op=" + run.id();
    }

    /** Ends a run. */
    public void end(Run run, int status, long nanos, long bytesOut, @Nullable String why) {
        grow(run, () -> run.ended(status, nanos, bytesOut, why));
        synchronized (kept) {
            if (isStored && kept.get(run.id()) == run) {
                ended.put(run.id(), run);
            }
        }
        Run.End end = run.end();
        if (end != null) {
            listener.onEnded(run, end);
        }
    }

    /** Takes runs from before a restart, the oldest first, and notes changes from now on. */
    void restore(List<PastRun> before) {
        synchronized (kept) {
            isStored = true;
            for (PastRun past : before) {
                Operation operation = Operations.named(past.operation());
                if (operation == null) {
                    gone.add(past.id());
                } else {
                    add(new Run(past, operation));
                }
            }
            forget();
        }
    }

    private void add(Run run) {
        kept.put(run.id(), run);
        byOperation.computeIfAbsent(run.operation().name(), _ -> new ArrayDeque<>()).add(run);
        bytes += run.bytes();
    }

    /** What a store has to be told now. */
    Changes takeChanges() {
        synchronized (kept) {
            List<PastRun> past = new ArrayList<>();
            for (Run run : ended.values()) {
                PastRun it = run.past();
                if (it != null) {
                    past.add(it);
                }
            }
            Changes changes = new Changes(past, List.copyOf(gone));
            ended.clear();
            gone.clear();
            return changes;
        }
    }

    /** The store could not take them. */
    void giveBack(Changes changes) {
        synchronized (kept) {
            gone.addAll(changes.gone());
            for (PastRun past : changes.ended()) {
                Run run = kept.get(past.id());
                if (run != null) {
                    ended.putIfAbsent(past.id(), run);
                }
            }
        }
    }

    /** Under the lock, so that a run which is forgotten gives back as much as it took. */
    private void grow(Run run, LongSupplier growth) {
        synchronized (kept) {
            long by = growth.getAsLong();
            if (kept.get(run.id()) == run) {
                bytes += by;
                forget();
            }
        }
    }

    private void forget() {
        while (!kept.isEmpty() && (kept.size() > most.getAsInt() || bytes > mostBytes.getAsInt())) {
            Deque<Run> fullest = fullest();
            Run oldest = fullest.removeFirst();
            kept.remove(oldest.id());
            bytes -= oldest.bytes();
            if (isStored) {
                ended.remove(oldest.id());
                gone.add(oldest.id());
            }
            if (fullest.isEmpty()) {
                byOperation.remove(oldest.operation().name());
            }
        }
    }

    private Deque<Run> fullest() {
        return Collections.max(byOperation.values(), Comparator.comparingInt(Deque::size));
    }

    /** The run of that id; null if it is not kept, or not for the caller to see. */
    public @Nullable Run find(String id, Caller caller) {
        synchronized (kept) {
            Run run = kept.get(id);
            return run != null && run.isSeenBy(caller) ? run : null;
        }
    }

    /** Those that the caller may look at, the latest first. */
    public List<Run> of(Caller caller) {
        synchronized (kept) {
            return kept.sequencedValues().reversed().stream()
                    .filter(run -> run.isSeenBy(caller))
                    .toList();
        }
    }

    /** How many are kept. */
    public int count() {
        synchronized (kept) {
            return kept.size();
        }
    }

    /** How many bytes they take. */
    public long bytes() {
        synchronized (kept) {
            return bytes;
        }
    }
}
