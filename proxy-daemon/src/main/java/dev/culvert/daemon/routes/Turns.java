package dev.culvert.daemon.routes;

import dev.culvert.daemon.metrics.StreamMetrics;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The turns under way, of all event loops, and what counts those that are streams. */
public final class Turns {
    /** An answer that a client waits for. */
    interface Turn {
        /** Ends it, and says that the daemon cannot wait any longer. Called on any thread. */
        void cut();
    }

    private final Set<Turn> open = ConcurrentHashMap.newKeySet();
    private final StreamMetrics metrics;

    public Turns(StreamMetrics metrics) {
        this.metrics = metrics;
    }

    StreamMetrics metrics() {
        return metrics;
    }

    void add(Turn turn) {
        open.add(turn);
    }

    void remove(Turn turn) {
        open.remove(turn);
    }

    public int count() {
        return open.size();
    }

    public void cutAll() {
        open.forEach(Turn::cut);
    }
}
