package dev.culvert.daemon.enrol;

import java.io.IOException;
import java.util.List;

/**
 * Where the identities of agents are kept. Everything here may block. Calls for one agent come one
 * after the other.
 */
public interface IdentityStore {
    /** Whether they outlive the daemon. */
    boolean isKept();

    /**
     * All of them; none if there never was one.
     *
     * @throws IOException one sentence, when they cannot be read
     */
    List<AgentIdentity> read() throws IOException;

    /** Adds it, or replaces that of its agent. When this returns, a crash does not undo it. */
    void save(AgentIdentity identity) throws IOException;

    /** Does nothing if the agent has none. */
    void delete(String agentId) throws IOException;
}
