package dev.culvert.daemon.fleet;

import dev.culvert.daemon.config.AgentSettings;
import java.io.IOException;
import java.util.List;

/**
 * One place that agents come from, by name. Called on any thread but an event loop: it may read
 * files. A call that throws has changed nothing.
 */
/*
 * Who decides, when several sources name agents:
 * - An agent belongs to the source that brought it, and leaves when that source replaces its agents
 *   by others.
 * - An id: the last word counts. replace makes an agent of that id the source's own. put changes the
 *   agent and leaves it to its source, which sets it back the next time that it replaces.
 * - An address: the first one keeps it. A change that gives one address to two agents is refused.
 */
public final class AgentSource {
    /** The settings file, with flags and environment. */
    public static final String FILE = "file";

    /** Clients. */
    public static final String API = "api";

    private final Fleet fleet;
    private final String name;

    AgentSource(Fleet fleet, String name) {
        this.fleet = fleet;
        this.name = name;
    }

    /**
     * Replaces the agents of this source by these. Links of an agent that keeps its address stay
     * open.
     *
     * @throws IllegalArgumentException when another agent has one of the addresses
     * @throws FleetLimitException when the fleet would have too many agents
     * @throws IOException when the stored configuration of one cannot be read
     */
    public void replace(List<AgentSettings> agents) throws IOException {
        fleet.change(new FleetChange(name, agents, true));
    }

    /**
     * Adds one agent, or changes the one with its id. Throws as {@link #replace} does.
     *
     * @return whether there was none of that id
     */
    public boolean put(AgentSettings agent) throws IOException {
        boolean isNew = fleet.find(agent.id()) == null;
        fleet.change(new FleetChange(name, List.of(agent), false));
        return isNew;
    }
}
