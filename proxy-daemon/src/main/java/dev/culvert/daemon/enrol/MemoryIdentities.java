package dev.culvert.daemon.enrol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Identities of a daemon without a {@code state_dir}: they end with it. */
public final class MemoryIdentities implements IdentityStore {
    private final Map<String, AgentIdentity> byAgent = new LinkedHashMap<>();

    @Override
    public boolean isKept() {
        return false;
    }

    @Override
    public synchronized List<AgentIdentity> read() {
        return List.copyOf(byAgent.values());
    }

    @Override
    public synchronized void save(AgentIdentity identity) {
        byAgent.put(identity.agentId(), identity);
    }

    @Override
    public synchronized void delete(String agentId) {
        byAgent.remove(agentId);
    }
}
