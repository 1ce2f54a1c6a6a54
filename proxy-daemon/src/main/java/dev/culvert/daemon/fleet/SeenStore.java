package dev.culvert.daemon.fleet;

import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;

/** Keeps when each agent was last heard, over restarts. Blocks, except {@link #isKept}. */
public interface SeenStore {
    /** Keeps nothing. */
    SeenStore NONE =
            new SeenStore() {
                @Override
                public boolean isKept() {
                    return false;
                }

                @Override
                public Map<String, Instant> read() {
                    return Map.of();
                }

                @Override
                public void save(Map<String, Instant> heard, Collection<String> gone) {}
            };

    /** False for a store that keeps nothing. */
    boolean isKept();

    /** By the agent's id. */
    Map<String, Instant> read() throws IOException;

    /**
     * All of it or nothing.
     *
     * @param heard those that were heard since the last time
     * @param gone those to forget
     */
    void save(Map<String, Instant> heard, Collection<String> gone) throws IOException;
}
