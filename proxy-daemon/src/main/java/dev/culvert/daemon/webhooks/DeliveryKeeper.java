package dev.culvert.daemon.webhooks;

import dev.culvert.io.Quoted;
import dev.culvert.io.Workers;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes down what becomes of messages: all since the last time at once. For all threads. */
final class DeliveryKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DeliveryKeeper.class);
    private static final int RETRY_SECONDS = 5;
    private static final int CLOSE_SECONDS = 2;

    /** What the workers do one after the other. */
    private static final Object KEY = new Object();

    private final DeliveryStore store;
    private final Workers workers;
    private final EventLoop loop;

    /** What the store does not know yet, by id; empty for those to forget. */
    private final Map<String, Optional<Delivery>> changes = new LinkedHashMap<>();

    /** Those that the store may have: what it never had is not deleted from it. */
    private final Set<String> stored = new HashSet<>();

    /** Those of them that are being written for the first time. */
    private final Set<String> fresh = new HashSet<>();

    private boolean writes;
    private boolean fails;
    private boolean closed;

    DeliveryKeeper(DeliveryStore store, Workers workers, EventLoop loop) {
        this.store = store;
        this.workers = workers;
        this.loop = loop;
    }

    /** The store has it, from an earlier daemon. */
    synchronized void known(String id) {
        stored.add(id);
    }

    /** It is new, or was tried. */
    void changed(Delivery delivery) {
        note(delivery.id(), Optional.of(delivery));
    }

    /** It was delivered, or given up. */
    void gone(String id) {
        note(id, Optional.empty());
    }

    private synchronized void note(String id, Optional<Delivery> change) {
        if (!store.isKept()) {
            return;
        }
        if (change.isEmpty() && !stored.contains(id)) {
            changes.remove(id);
        } else {
            changes.put(id, change);
            begin();
        }
    }

    private synchronized void begin() {
        if (writes || closed || changes.isEmpty()) {
            return;
        }
        writes = true;
        try {
            workers.execute(KEY, this::write);
        } catch (RejectedExecutionException _) {
            writes = false;
            later();
        }
    }

    private void later() {
        try {
            var _ = loop.schedule(this::begin, RETRY_SECONDS, TimeUnit.SECONDS);
        } catch (RejectedExecutionException _) {
            // the daemon has stopped, and close() writes a last time
        }
    }

    private synchronized Map<String, Optional<Delivery>> take() {
        Map<String, Optional<Delivery>> taken = new LinkedHashMap<>(changes);
        changes.clear();
        fresh.clear();
        taken.forEach((id, change) -> {
            if (change.isPresent() && stored.add(id)) {
                fresh.add(id);
            }
        });
        return taken;
    }

    /** Blocks. */
    private void write() {
        Map<String, Optional<Delivery>> taken = take();
        List<DeliveryStore.Row> changed = new ArrayList<>();
        List<String> gone = new ArrayList<>();
        taken.forEach((id, delivery) ->
                delivery.ifPresentOrElse(
                        it -> changed.add(DeliveryText.row(it)), () -> gone.add(id)));
        try {
            store.save(changed, gone);
            written(gone);
        } catch (IOException e) {
            failed(taken, e);
        }
    }

    private synchronized void written(List<String> gone) {
        gone.forEach(stored::remove);
        writes = false;
        fails = false;
        notifyAll();
        begin();
    }

    private synchronized void failed(Map<String, Optional<Delivery>> taken, IOException why) {
        writes = false;
        notifyAll();
        taken.forEach(changes::putIfAbsent);
        stored.removeAll(fresh);
        changes.entrySet().removeIf(it -> it.getValue().isEmpty() && !stored.contains(it.getKey()));
        if (!fails) {
            fails = true;
            LOG.warn(
                    "messages of webhooks are not stored, so a restart loses them or sends them again: {}",
                    Quoted.message(why));
        }
        later();
    }

    /** A disk that hangs is not waited for. */
    private synchronized void awaitWriter() {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
        try {
            while (writes && System.nanoTime() - until < 0) {
                wait(CLOSE_SECONDS * 100L);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        fails |= writes;
    }

    /** Writes a last time, unless the disk fails. Blocks. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            awaitWriter();
            if (fails || changes.isEmpty()) {
                return;
            }
        }
        write();
    }
}
