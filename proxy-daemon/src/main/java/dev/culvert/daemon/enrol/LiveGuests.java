package dev.culvert.daemon.enrol;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The guests that are connected now, or about to be, by agent. Called on any thread. */
final class LiveGuests {
    private final Map<String, Handshake> byAgent = new ConcurrentHashMap<>();

    @Nullable Handshake find(String agentId) {
        return byAgent.get(agentId);
    }

    /** Null if the guest has the agent's place now; else who has it. */
    @Nullable Handshake enter(String agentId, Handshake guest) {
        Handshake there = byAgent.putIfAbsent(agentId, guest);
        return guest.equals(there) ? null : there;
    }

    /** Takes the place of any other. */
    void put(String agentId, Handshake guest) {
        byAgent.put(agentId, guest);
    }

    /** Does nothing if another one has taken its place. */
    void remove(String agentId, Handshake guest) {
        byAgent.remove(agentId, guest);
    }

    int count() {
        return byAgent.size();
    }
}
