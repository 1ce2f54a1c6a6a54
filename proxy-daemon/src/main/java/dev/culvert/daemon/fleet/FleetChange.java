package dev.culvert.daemon.fleet;

import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.road.Road;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One change of the fleet by a source: which agents it adds, changes and removes. Used by one
 * thread.
 */
final class FleetChange {
    private final String source;
    private final List<AgentSettings> wanted;
    private final boolean replaces;
    private final Map<String, @Nullable Desired> stored = new HashMap<>();

    /**
     * @param replaces whether to remove agents of the source that are not {@code wanted}
     */
    FleetChange(String source, List<AgentSettings> wanted, boolean replaces) {
        this.source = source;
        this.wanted = wanted;
        this.replaces = replaces;
    }

    List<AgentSettings> wanted() {
        return wanted;
    }

    /** Makes the wanted agents belong to the source, if it replaces its agents. */
    void takeOver(Map<String, Agent> agents) {
        if (replaces) {
            wanted.forEach(settings -> {
                Agent agent = agents.get(settings.id());
                if (agent != null) {
                    agent.belongTo(source);
                }
            });
        }
    }

    /** Reads the stored configurations of agents that are new. Blocks. */
    void read(Map<String, Agent> agents, DesiredStore store) throws IOException {
        for (AgentSettings settings : wanted) {
            String id = settings.id();
            if (!agents.containsKey(id) && !stored.containsKey(id)) {
                stored.put(
                        id,
                        store.mayHold(id) ? store.load(id, ConfigUpdate.payload(settings)) : null);
            }
        }
    }

    /** Whether {@link #read} read all of them; an agent removed since then counts as new. */
    boolean isRead(Map<String, Agent> agents) {
        return wanted.stream()
                .map(AgentSettings::id)
                .allMatch(id -> agents.containsKey(id) || stored.containsKey(id));
    }

    /** The ids of agents to remove. */
    List<String> going(Map<String, Agent> agents) {
        if (!replaces) {
            return List.of();
        }
        Set<String> ids = wanted.stream().map(AgentSettings::id).collect(Collectors.toSet());
        return agents.values().stream()
                .filter(agent -> agent.source().equals(source) && !ids.contains(agent.id()))
                .map(Agent::id)
                .toList();
    }

    /** Agents to add, and agents that move to another address, which start afresh there. */
    List<Agent> arriving(Map<String, Agent> agents, Function<AgentAddress, Road> roads) {
        List<Agent> arriving = new ArrayList<>();
        for (AgentSettings settings : wanted) {
            Agent known = agents.get(settings.id());
            Road road = roads.apply(settings.address());
            if (known == null) {
                arriving.add(new Agent(source, settings, road, stored.get(settings.id())));
            } else if (!known.address().equals(settings.address())) {
                arriving.add(known.movedTo(settings, road));
            }
        }
        return arriving;
    }

    /**
     * Checks that addresses stay unique and the fleet small enough.
     *
     * @param most how many agents there may be
     */
    void check(Map<String, Agent> agents, int most) {
        List<String> going = going(agents);
        Set<String> leaving = new HashSet<>(going);
        wanted.forEach(settings -> leaving.add(settings.id())); // two agents may swap addresses
        for (AgentSettings settings : wanted) {
            refuseSharedAddress(settings, agents, leaving);
        }
        Set<String> ids = new HashSet<>(agents.keySet());
        going.forEach(ids::remove);
        wanted.forEach(settings -> ids.add(settings.id()));
        if (ids.size() > most && ids.size() > agents.size()) {
            throw FleetLimitException.tooManyAgents(ids.size(), most);
        }
    }

    private static void refuseSharedAddress(
            AgentSettings settings, Map<String, Agent> agents, Set<String> leaving) {
        for (Agent other : agents.values()) {
            if (other.address().equals(settings.address()) && !leaving.contains(other.id())) {
                throw new SharedAddressException(other);
            }
        }
    }
}
