package dev.culvert.daemon.routes;

import dev.culvert.daemon.metrics.StreamMetrics;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The streams under way, of all event loops. */
public final class StreamTurns {
    private final Set<StreamTurn> open = ConcurrentHashMap.newKeySet();

    private final StreamMetrics metrics;

    public StreamTurns(StreamMetrics metrics) {
        this.metrics = metrics;
    }

    StreamMetrics metrics() {
        return metrics;
    }

    void add(StreamTurn turn) {
        open.add(turn);
    }

    void remove(StreamTurn turn) {
        open.remove(turn);
    }

    public int count() {
        return open.size();
    }

    /** Ends each with an {@code error} event: the daemon cannot wait for them any longer. */
    public void cutAll() {
        open.forEach(StreamTurn::cut);
    }
}
