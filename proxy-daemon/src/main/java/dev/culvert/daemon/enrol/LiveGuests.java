package dev.culvert.daemon.enrol;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The guests that are connected now, by agent. Called on any thread. */
final class LiveGuests {
    private final Map<String, Handshake> byAgent = new ConcurrentHashMap<>();

    @Nullable Handshake find(String agentId) {
        return byAgent.get(agentId);
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
