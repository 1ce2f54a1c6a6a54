package dev.culvert.daemon.front.responses;

import dev.culvert.io.Quoted;
import dev.culvert.io.Workers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
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
 * waits for it is no more than what is kept in memory anyway, and the ids of what is to be removed. What waits together
 * is written together. What could not be written is tried again after the next write that succeeds.
 */
final class KeptWrites {
    private static final Logger LOG = LoggerFactory.getLogger(KeptWrites.class);
    private static final int MOST_TOGETHER = 64;

    /** Written together even if there is more to write: the store holds so many bytes at once. */
    private static final int ENOUGH_BYTES = 4 * 1024 * 1024;

    /** What is to become of one response; null bytes remove it. */
    private static final class Change {
        final @Nullable Supplier<byte[]> bytes;
        final List<Consumer<@Nullable IOException>> told = new ArrayList<>();

        /** Why the store did not take it. */
        @Nullable IOException failure;

        Change(@Nullable Supplier<byte[]> bytes) {
            this.bytes = bytes;
        }
    }

    private final ResponseStore store;
    private final Workers workers;

    /** By id, the one that has waited longest first. */
    private final LinkedHashMap<String, Change> waiting = new LinkedHashMap<>();

    /** Those that are being written. */
    private final Map<String, Change> current = new LinkedHashMap<>();

    /** Those that the store did not take. */
    private final Map<String, Change> failed = new LinkedHashMap<>();

    /** The ids that the store may have. */
    private final Set<String> stored = new HashSet<>();

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
        failed.remove(id);
        schedule();
    }

    private synchronized void schedule() {
        if (!isScheduled && !waiting.isEmpty()) {
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
        Change refused;
        synchronized (this) {
            changes.run();
            Change change = waiting.get(id);
            if (change == null) {
                change = current.get(id);
            }
            if (change != null) {
                change.told.add(told);
                return;
            }
            refused = failed.get(id);
        }
        told.accept(refused == null ? null : refused.failure);
    }

    private void next() {
        Map<String, byte[]> saved = new HashMap<>();
        Set<String> gone = new HashSet<>();
        long bytes = 0;
        Map.Entry<String, Change> change = take();
        while (change != null) {
            Supplier<byte[]> content = change.getValue().bytes;
            if (content == null) {
                gone.add(change.getKey());
            } else {
                byte[] all = content.get();
                bytes += all.length;
                saved.put(change.getKey(), all);
            }
            change = bytes < ENOUGH_BYTES ? take() : null;
        }
        write(saved, gone);
        synchronized (this) {
            isScheduled = false;
            schedule(); // after those that wait for other files
            notifyAll();
        }
    }

    /** Null if that was all, or enough for now. */
    private synchronized Map.@Nullable Entry<String, Change> take() {
        Map.Entry<String, Change> first = waiting.firstEntry();
        if (first == null
                || current.size() == MOST_TOGETHER
                || current.containsKey(first.getKey())) {
            return null;
        }
        waiting.remove(first.getKey());
        current.put(first.getKey(), first.getValue());
        if (first.getValue().bytes != null) {
            stored.add(first.getKey());
        }
        return first;
    }

    /** Together; if that fails, one by one, so that the others are there. */
    private void write(Map<String, byte[]> saved, Set<String> gone) {
        IOException failure = attempt(saved, gone);
        if (failure == null || saved.size() + gone.size() == 1) {
            saved.keySet().forEach(id -> written(id, failure));
            gone.forEach(id -> written(id, failure));
        } else {
            saved.forEach((id, bytes) -> written(id, attempt(Map.of(id, bytes), Set.of())));
            gone.forEach(id -> written(id, attempt(Map.of(), Set.of(id))));
        }
    }

    private @Nullable IOException attempt(Map<String, byte[]> saved, Set<String> gone) {
        try {
            store.save(saved, gone);
            succeeded();
            return null;
        } catch (IOException e) {
            if (!fails) {
                fails = true;
                LOG.error(
                        "responses are kept in memory only, because they cannot be stored: {}",
                        Quoted.message(e));
            }
            return e;
        }
    }

    private void succeeded() {
        if (fails) {
            fails = false;
            LOG.info("responses are stored again");
        }
        synchronized (this) {
            failed.forEach(waiting::putIfAbsent);
            failed.clear();
        }
    }

    private void written(String id, @Nullable IOException failure) {
        Change change;
        synchronized (this) {
            change = current.remove(id);
            if (change == null) {
                return;
            }
            if (failure != null) {
                if (!waiting.containsKey(id)) {
                    Change refused = new Change(change.bytes);
                    refused.failure = failure;
                    failed.put(id, refused);
                }
            } else if (change.bytes == null) {
                stored.remove(id);
            }
        }
        tell(change, failure);
    }

    private static void tell(Change change, @Nullable IOException failure) {
        change.told.forEach(it -> it.accept(failure));
    }

    /** Waits until the store has everything, but no longer than that. Blocks. */
    synchronized void flush(Duration most) {
        long end = System.nanoTime() + most.toNanos();
        failed.forEach(waiting::putIfAbsent);
        failed.clear();
        schedule();
        try {
            while (!current.isEmpty() || !waiting.isEmpty()) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    break;
                }
                wait(left);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        int missing = waiting.size() + current.size() + failed.size();
        if (missing > 0) {
            LOG.warn("stopped before the latest of {} kept responses was stored", missing);
        }
    }
}
