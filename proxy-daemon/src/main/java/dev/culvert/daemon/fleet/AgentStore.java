package dev.culvert.daemon.fleet;

import dev.culvert.daemon.config.AgentSettings;
import java.io.IOException;
import java.util.List;

/** Keeps the agents that clients added, over restarts. Blocks, except {@link #isKept}. */
public interface AgentStore {
    /** Keeps nothing. */
    AgentStore NONE =
            new AgentStore() {
                @Override
                public boolean isKept() {
                    return false;
                }

                @Override
                public List<AgentSettings> read() {
                    return List.of();
                }

                @Override
                public void save(AgentSettings agent) {}

                @Override
                public void forget(String id) {}
            };

    /** False for a store that keeps nothing. */
    boolean isKept();

    /** All of them, by id. */
    List<AgentSettings> read() throws IOException;

    /** Adds the agent, or replaces the one with its id. */
    void save(AgentSettings agent) throws IOException;

    void forget(String id) throws IOException;
}
