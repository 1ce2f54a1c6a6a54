package dev.culvert.daemon.front.responses;

import dev.culvert.io.Quoted;
import dev.culvert.io.Workers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what changes to the store, in the background. Safe for all threads; nothing here waits for
 * the store but {@link #flush}.
 */
/*
 * One job at a time, and only the latest change of a response waits. So a disk that hangs holds one thread, and what
 * waits for it is no more than what is kept in memory anyway, and the ids of what is to be removed.
 */
final class KeptWrites {
    private static final Logger LOG = LoggerFactory.getLogger(KeptWrites.class);

    /** What is to become of one response; null bytes remove it. */
    private static final class Change {
        final @Nullable Supplier<byte[]> bytes;
        final List<Consumer<@Nullable IOException>> told = new ArrayList<>();

        Change(@Nullable Supplier<byte[]> bytes) {
            this.bytes = bytes;
        }
    }

    private final ResponseStore store;
    private final Workers workers;

    /** By id, the one that has waited longest first. */
    private final LinkedHashMap<String, Change> waiting = new LinkedHashMap<>();

    /** The ids that the store may have. */
    private final Set<String> stored = new HashSet<>();

    private @Nullable String current;
    private @Nullable Change currentChange;
    private boolean isScheduled;
    private boolean fails;

    KeptWrites(ResponseStore store, Workers workers) {
        this.store = store;
        this.workers = workers;
    }

    boolean isKept() {
        return store.isKept();
    }

    /** The store has it from an earlier run. */
    synchronized void isThere(String id) {
        stored.add(id);
    }

    /**
     * Stores what {@code bytes} gives, later and on another thread, unless another change comes
     * first.
     */
    void save(String id, Supplier<byte[]> bytes) {
        if (store.isKept()) {
            change(id, new Change(bytes));
        }
    }

    void forget(String id) {
        if (!store.isKept()) {
            return;
        }
        Change dropped = null;
        synchronized (this) {
            if (!stored.contains(id)) {
                dropped = waiting.remove(id);
            }
        }
        if (dropped == null) {
            change(id, new Change(null));
        } else {
            tell(dropped, null);
        }
    }

    private synchronized void change(String id, Change change) {
        if (change.bytes == null && !stored.contains(id)) {
            return;
        }
        Change before = waiting.put(id, change); // keeps its place
        if (before != null) {
            change.told.addAll(before.told);
        }
        if (!isScheduled) {
            isScheduled = true;
            workers.finish(this, this::next);
        }
    }

    /**
     * Calls {@code told}, on any thread, once the store has the latest change of that response or
     * has failed to take it; at once if it has no change to take.
     */
    void whenWritten(String id, Consumer<@Nullable IOException> told) {
        whenWritten(id, () -> {}, told);
    }

    /** The same of a change that {@code changes} makes, which may be over before it returns. */
    void whenWritten(String id, Runnable changes, Consumer<@Nullable IOException> told) {
        synchronized (this) {
            changes.run();
            Change change = waiting.get(id);
            if (change == null && id.equals(current)) {
                change = currentChange;
            }
            if (change != null) {
                change.told.add(told);
                return;
            }
        }
        told.accept(null);
    }

    private void next() {
        String id;
        Change change;
        synchronized (this) {
            Map.Entry<String, Change> first = waiting.pollFirstEntry();
            if (first == null) {
                isScheduled = false;
                notifyAll();
                return;
            }
            id = first.getKey();
            change = first.getValue();
            current = id;
            currentChange = change;
        }
        IOException failure = write(id, change);
        synchronized (this) {
            current = null;
            currentChange = null;
            notifyAll();
            workers.finish(this, this::next); // after those that wait for other files
        }
        tell(change, failure);
    }

    private @Nullable IOException write(String id, Change change) {
        try {
            if (change.bytes == null) {
                store.forget(id);
                synchronized (this) {
                    stored.remove(id);
                }
            } else {
                synchronized (this) {
                    stored.add(id);
                }
                store.save(id, change.bytes.get());
            }
            fails = false;
            return null;
        } catch (IOException e) {
            if (!fails) {
                fails = true;
                LOG.error(
                        "responses are kept in memory only, because they cannot be stored in"
                                + " state_dir: {}",
                        Quoted.message(e));
            }
            return e;
        }
    }

    private static void tell(Change change, @Nullable IOException failure) {
        change.told.forEach(it -> it.accept(failure));
    }

    /** Waits until the store has everything, but no longer than that. Blocks. */
    synchronized void flush(Duration most) {
        long end = System.nanoTime() + most.toNanos();
        try {
            while (current != null || !waiting.isEmpty()) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    LOG.warn(
                            "stopped before state_dir had the latest of {} kept responses",
                            waiting.size() + (current == null ? 0 : 1));
                    return;
                }
                wait(left);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
