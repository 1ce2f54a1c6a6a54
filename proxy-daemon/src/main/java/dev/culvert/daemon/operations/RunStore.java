package dev.culvert.daemon.operations;

import java.io.IOException;
import java.util.Collection;
import java.util.List;

/** Keeps runs that have ended, over restarts. Blocks, except {@link #isKept}. */
public interface RunStore {
    /** Keeps nothing. */
    RunStore NONE =
            new RunStore() {
                @Override
                public boolean isKept() {
                    return false;
                }

                @Override
                public List<PastRun> read() {
                    return List.of();
                }

                @Override
                public void save(Collection<PastRun> ended, Collection<String> gone) {}
            };

    /** False for a store that keeps nothing. */
    boolean isKept();

    /** All of them, the oldest first. */
    List<PastRun> read() throws IOException;

    /**
     * All of it or nothing.
     *
     * @param ended those that have ended since the last time
     * @param gone the ids of those to forget
     */
    void save(Collection<PastRun> ended, Collection<String> gone) throws IOException;
}
