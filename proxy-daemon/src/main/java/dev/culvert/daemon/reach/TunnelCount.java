package dev.culvert.daemon.reach;

import dev.culvert.daemon.config.ReachSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.reach.TunnelObserver.Side;
import dev.culvert.tunnel.TunnelRefusal;
import dev.culvert.tunnel.TunnelRefusal.Code;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How many tunnels there are, and may be. Safe for all threads. */
/* Nobody takes the last quarter from others: clients that open many tunnels to an agent leave room for those that the
 * agent opens, to its LLM for instance, and the other way round; and one tenant leaves room for the others. */
final class TunnelCount {
    private static final int SHARES = 4;

    /**
     * One tunnel.
     *
     * @param agent by its id, because an agent that is added again is another object
     * @param side that has asked for it
     */
    record Place(String agent, String tenant, Side side) {
        static Place of(Agent agent, Side side) {
            return new Place(agent.id(), agent.tenant(), side);
        }
    }

    private record OfAgent(String agent, Side side) {}

    private final Map<OfAgent, Integer> ofAgents = new HashMap<>();
    private final Map<String, Integer> ofTenants = new HashMap<>();
    private volatile int all;

    /** Why there is no room for one more; null if there is, and then {@link #leave} must follow. */
    synchronized @Nullable TunnelRefusal enter(Place place, ReachSettings settings) {
        if (all >= settings.maxTunnels()) {
            return Code.TOO_MANY.because(
                    "The daemon has "
                            + settings.maxTunnels()
                            + " tunnels open, the most that may be (reach.max_tunnels).");
        }
        int most = withoutTheLastQuarter(settings.maxTunnels());
        if (ofTenants.getOrDefault(place.tenant, 0) >= most) {
            return Code.TOO_MANY.because(
                    "The agents of the tenant %s have %d tunnels open: the rest of reach.max_tunnels is for other tenants."
                            .formatted(place.tenant, most));
        }
        TunnelRefusal refusal = ofAgent(place, settings.maxAgentTunnels());
        if (refusal == null) {
            all++;
            ofTenants.merge(place.tenant, 1, Integer::sum);
            ofAgents.merge(new OfAgent(place.agent, place.side), 1, Integer::sum);
        }
        return refusal;
    }

    private @Nullable TunnelRefusal ofAgent(Place place, int limit) {
        int ofHost = ofAgents.getOrDefault(new OfAgent(place.agent, Side.HOST), 0);
        int ofGuest = ofAgents.getOrDefault(new OfAgent(place.agent, Side.GUEST), 0);
        if (ofHost + ofGuest >= limit) {
            return Code.TOO_MANY.because(
                    "The agent "
                            + place.agent
                            + " has "
                            + limit
                            + " tunnels open, the most that may be (reach.max_agent_tunnels).");
        }
        int most = withoutTheLastQuarter(limit);
        if ((place.side == Side.HOST ? ofHost : ofGuest) < most) {
            return null;
        }
        return switch (place.side) {
            case HOST ->
                    Code.TOO_MANY.because(
                            "%d tunnels to the agent %s are open: the rest of reach.max_agent_tunnels is for those that the agent opens."
                                    .formatted(most, place.agent));
            case GUEST ->
                    Code.TOO_MANY.because(
                            "The agent %s has opened %d tunnels: the rest of reach.max_agent_tunnels is for those that the host opens."
                                    .formatted(place.agent, most));
        };
    }

    private static int withoutTheLastQuarter(int limit) {
        return limit - limit / SHARES;
    }

    synchronized void leave(Place place) {
        all--;
        takeOne(ofTenants, place.tenant);
        takeOne(ofAgents, new OfAgent(place.agent, place.side));
    }

    private static <K> void takeOne(Map<K, Integer> counts, K key) {
        counts.computeIfPresent(key, (_, count) -> count == 1 ? null : count - 1);
    }

    int count() {
        return all;
    }
}
