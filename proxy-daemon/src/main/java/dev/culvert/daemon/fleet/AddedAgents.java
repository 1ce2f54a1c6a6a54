package dev.culvert.daemon.fleet;

import dev.culvert.daemon.config.AgentSettings;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agents that clients added, also over restarts. Where the settings name one of them, too,
 * those apply, and the client's is hidden until they no longer do. Used outside of every lock of
 * the fleet; blocks.
 */
final class AddedAgents {
    private static final Logger LOG = LoggerFactory.getLogger(AddedAgents.class);

    private final Fleet fleet;
    private final AgentStore store;
    private final Map<String, AgentSettings> all = new ConcurrentHashMap<>();

    AddedAgents(Fleet fleet, AgentStore store) {
        this.fleet = fleet;
        this.store = store;
    }

    boolean areKept() {
        return store.isKept();
    }

    boolean contains(String id) {
        return all.containsKey(id);
    }

    /** Adds those from before a restart to the fleet. */
    void restore() throws IOException {
        store.read().forEach(settings -> all.put(settings.id(), settings));
        List<AgentSettings> absent =
                all.values().stream().filter(it -> fleet.find(it.id()) == null).toList();
        try {
            fleet.change(new FleetChange(AgentSource.API, absent, false));
        } catch (IllegalArgumentException | FleetLimitException _) {
            // One after the other, to leave out only those that cannot be there.
        }
        settle();
    }

    /** Returns whether the id is new. */
    boolean put(AgentSettings next) throws IOException {
        Agent before = fleet.find(next.id());
        AgentSettings former = before == null ? null : before.settings();
        fleet.change(new FleetChange(AgentSource.API, List.of(next), false));
        if (isOfClients(next.id())) {
            try {
                store.save(next);
            } catch (IOException e) {
                undo(next.id(), former);
                throw e;
            }
            all.put(next.id(), next);
        }
        mark(next.id());
        return former == null;
    }

    private boolean isOfClients(String id) {
        Agent agent = fleet.find(id);
        return agent != null && agent.source().equals(AgentSource.API);
    }

    private void undo(String id, @Nullable AgentSettings former) throws IOException {
        if (former == null) {
            fleet.drop(id);
        } else {
            fleet.change(new FleetChange(AgentSource.API, List.of(former), false));
        }
    }

    void forget(String id) throws IOException {
        if (all.containsKey(id)) {
            store.forget(id);
            all.remove(id);
        }
    }

    /** Another source has replaced its agents: some of these may be hidden now, or no longer. */
    void settle() throws IOException {
        for (AgentSettings settings : List.copyOf(all.values())) {
            Agent agent = fleet.find(settings.id());
            if (agent == null) {
                bring(settings);
            } else if (!agent.source().equals(AgentSource.API)) {
                hide(agent, settings);
            }
        }
    }

    private void bring(AgentSettings settings) throws IOException {
        try {
            fleet.change(new FleetChange(AgentSource.API, List.of(settings), false));
        } catch (IllegalArgumentException | FleetLimitException e) {
            LOG.warn(
                    "agent {}, which a client added, is not in the fleet: {}",
                    settings.id(),
                    e.getMessage());
        }
    }

    private void hide(Agent agent, AgentSettings settings) throws IOException {
        if (agent.settings().equals(settings)) {
            forget(settings.id()); // it moved into the settings
        } else if (agent.hidden() == null) {
            agent.hides(settings);
            LOG.warn("agent {}: {}", agent.id(), agent.conflict());
        }
    }

    /** An agent that moved is another object. */
    private void mark(String id) {
        Agent agent = fleet.find(id);
        AgentSettings settings = all.get(id);
        if (agent != null && settings != null && !agent.source().equals(AgentSource.API)) {
            agent.hides(settings);
        }
    }
}
