package dev.culvert.daemon.fleet;

import dev.culvert.io.Quoted;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down when agents were last heard, so that this is known after a restart: all that were
 * heard since the last time at once.
 */
public final class LastSeen implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LastSeen.class);
    private static final Duration INTERVAL = Duration.ofSeconds(10);

    private final Fleet fleet;
    private final SeenStore store;
    private final Map<String, Instant> written = new HashMap<>();
    private boolean fails;

    private LastSeen(Fleet fleet, SeenStore store) {
        this.fleet = fleet;
        this.store = store;
    }

    /**
     * Tells the agents that there are when they were heard before a restart, and writes from now
     * on. Blocks.
     *
     * @param timer runs what blocks
     */
    public static LastSeen begin(Fleet fleet, SeenStore store, ScheduledExecutorService timer)
            throws IOException {
        LastSeen lastSeen = new LastSeen(fleet, store);
        lastSeen.restore();
        if (store.isKept()) {
            var _ =
                    timer.scheduleWithFixedDelay(
                            lastSeen::write,
                            INTERVAL.toSeconds(),
                            INTERVAL.toSeconds(),
                            TimeUnit.SECONDS);
        }
        return lastSeen;
    }

    private synchronized void restore() throws IOException {
        written.putAll(store.read());
        for (Agent agent : fleet.all()) {
            Instant before = written.get(agent.id());
            if (before != null) {
                fleet.update(agent, presence -> presence.heardBefore(before));
            }
        }
    }

    /** Blocks. */
    private synchronized void write() {
        Map<String, Instant> heard = new HashMap<>();
        Set<String> gone = new HashSet<>(written.keySet());
        for (Agent agent : fleet.all()) {
            gone.remove(agent.id());
            Instant last = agent.presence().lastHeard();
            if (last != null && !last.equals(written.get(agent.id()))) {
                heard.put(agent.id(), last);
            }
        }
        if (heard.isEmpty() && gone.isEmpty()) {
            return;
        }
        try {
            store.save(heard, gone);
            written.putAll(heard);
            written.keySet().removeAll(gone);
            fails = false;
        } catch (IOException e) {
            if (!fails) {
                fails = true;
                LOG.warn(
                        "when agents were last heard is not written down, until the disk works again: {}",
                        Quoted.message(e));
            }
        }
    }

    /** Writes a last time, unless the disk fails. Blocks. */
    @Override
    public synchronized void close() {
        if (store.isKept() && !fails) {
            write();
        }
    }
}
