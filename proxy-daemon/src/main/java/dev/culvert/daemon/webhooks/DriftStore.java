package dev.culvert.daemon.webhooks;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;

/** Keeps which agents were told as drifting, over restarts. Blocks. */
public interface DriftStore {
    /** Keeps nothing. */
    DriftStore NONE =
            new DriftStore() {
                @Override
                public Map<String, Instant> read() {
                    return Map.of();
                }

                @Override
                public void save(String agent, Instant since) {}

                @Override
                public void delete(String agent) {}
            };

    /** Since when each of them drifts, by its id. */
    Map<String, Instant> read() throws IOException;

    /** Adds it, or replaces the one of the same id. */
    void save(String agent, Instant since) throws IOException;

    void delete(String agent) throws IOException;
}
