package dev.culvert.daemon.fleet;

import dev.culvert.daemon.config.AgentSettings;
import java.io.IOException;
import java.util.List;

/**
 * A named source of agents, such as the settings file. May read files: not for an event loop. A
 * call that throws has changed nothing.
 */
/*
 * When several sources name the same agent:
 * - An agent belongs to the source that brought it. It is removed when that source replaces its
 *   agents and no longer names it.
 * - The last change of an id counts. replace makes the agent belong to its source. put changes the
 *   agent but not its source; the next replace of that source undoes the change.
 * - What a client added is only hidden while the settings name the same id with other values; with the
 *   same values it belongs to the settings from then on.
 * - An address stays with the agent that has it. A change that would give it to two is refused.
 */
public final class AgentSource {
    /** The settings: file, environment and flags. */
    public static final String FILE = "file";

    /** Clients, over HTTP. */
    public static final String API = "api";

    /** Guests that have enrolled themselves. */
    public static final String ENROLLED = "enrolled";

    private final Fleet fleet;
    private final String name;

    AgentSource(Fleet fleet, String name) {
        this.fleet = fleet;
        this.name = name;
    }

    /**
     * Replaces the agents of this source. An agent that keeps its address keeps its links.
     *
     * @throws IllegalArgumentException when another agent has one of the addresses
     * @throws FleetLimitException when the fleet would have too many agents
     * @throws IOException when the stored configuration of one cannot be read
     */
    public void replace(List<AgentSettings> agents) throws IOException {
        fleet.change(new FleetChange(name, agents, true));
        fleet.added().settle();
    }

    /**
     * Adds one agent, or changes the one with its id. Throws as {@link #replace} does. Those of
     * clients are kept over restarts: it throws also when that cannot be.
     *
     * @return whether the id is new
     */
    public boolean put(AgentSettings agent) throws IOException {
        if (name.equals(API)) {
            return fleet.added().put(agent);
        }
        boolean isNew = fleet.find(agent.id()) == null;
        fleet.change(new FleetChange(name, List.of(agent), false));
        return isNew;
    }
}
