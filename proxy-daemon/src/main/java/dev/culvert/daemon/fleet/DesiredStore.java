package dev.culvert.daemon.fleet;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the desired configurations that clients set, over restarts. Blocks, except {@link
 * #mayHold}. Calls for one agent come one after the other.
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

    /** False for a store that keeps nothing. */
    boolean isKept();

    /** Whether something may be stored for the agent. If not, load and forget do nothing. */
    boolean mayHold(String agentId);

    /**
     * The configuration stored for the agent; null if there is none, or if the configuration in the
     * settings has changed since.
     *
     * @param inSettings the configuration in the settings
     */
    @Nullable Desired load(String agentId, String inSettings) throws IOException;

    void save(String agentId, String inSettings, Desired desired) throws IOException;

    void forget(String agentId) throws IOException;
}
