package dev.culvert.daemon.enrol;

import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The identities of agents, as the store had them last. Reading never waits and is for any thread;
 * what changes them blocks, and runs under the agent's id on the workers.
 */
public final class Identities {
    private final IdentityStore store;
    private final Consumer<AgentIdentity> onChange;
    private final Map<String, AgentIdentity> byAgent = new ConcurrentHashMap<>();

    /**
     * @param onChange is told of each after it was stored
     */
    Identities(IdentityStore store, Consumer<AgentIdentity> onChange) {
        this.store = store;
        this.onChange = onChange;
    }

    /** Reads the store. */
    public void load() throws IOException {
        store.read().forEach(identity -> byAgent.put(identity.agentId(), identity));
    }

    /** Also those that were revoked. */
    public Collection<AgentIdentity> all() {
        return byAgent.values();
    }

    /** Also one that was revoked. */
    public @Nullable AgentIdentity find(String agentId) {
        return byAgent.get(agentId);
    }

    /** One that was not revoked; null if there is none. */
    public @Nullable AgentIdentity valid(String agentId) {
        AgentIdentity found = byAgent.get(agentId);
        return found == null || found.revoked() != null ? null : found;
    }

    /** How many were not revoked. */
    public long count() {
        return byAgent.values().stream().filter(it -> it.revoked() == null).count();
    }

    void put(AgentIdentity identity) throws IOException {
        store.save(identity);
        byAgent.put(identity.agentId(), identity);
        onChange.accept(identity);
    }
}
