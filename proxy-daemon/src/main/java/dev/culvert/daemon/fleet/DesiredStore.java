package dev.culvert.daemon.fleet;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what clients want of agents over restarts. Blocks, but for {@link #mayHold}; calls for one
 * agent come one after the other.
 */
public interface DesiredStore {
    /** Keeps nothing. */
    DesiredStore NONE =
            new DesiredStore() {
                @Override
                public boolean isKept() {
                    return false;
                }

                @Override
                public boolean mayHold(String agentId) {
                    return false;
                }

                @Override
                public @Nullable Desired load(String agentId, String inSettings) {
                    return null;
                }

                @Override
                public void save(String agentId, String inSettings, Desired desired) {}

                @Override
                public void forget(String agentId) {}
            };

    /** Whether it keeps anything at all. */
    boolean isKept();

    /**
     * Whether something may be kept of the agent. Where not, loading and forgetting are nothing.
     */
    boolean mayHold(String agentId);

    /**
     * What was kept for the agent; null when nothing was, or what the settings file wants has
     * changed.
     *
     * @param inSettings what the settings file wants of it
     */
    @Nullable Desired load(String agentId, String inSettings) throws IOException;

    void save(String agentId, String inSettings, Desired desired) throws IOException;

    void forget(String agentId) throws IOException;
}
