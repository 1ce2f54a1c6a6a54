package dev.culvert.pool;

import dev.culvert.transport.AgentAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How many links are open to each address. Used on many event loops at once. */
final class OpenLinks {
    private final Map<AgentAddress, Integer> byAddress = new ConcurrentHashMap<>();

    void opened(AgentAddress address) {
        byAddress.merge(address, 1, Integer::sum);
    }

    void closed(AgentAddress address) {
        byAddress.computeIfPresent(address, (_, open) -> open == 1 ? null : open - 1);
    }

    int to(AgentAddress address) {
        return byAddress.getOrDefault(address, 0);
    }
}
