package dev.culvert.daemon.enrol;

import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.enrol.AgentIdentity.Joined;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.AgentSource;
import dev.culvert.daemon.fleet.Desired;
import dev.culvert.daemon.fleet.Enrolled;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.fleet.FleetLimitException;
import dev.culvert.identity.Refusal;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The agents of the fleet that have enrolled: its source {@code enrolled}. What changes it blocks.
 */
final class EnrolledAgents {
    private final Fleet fleet;

    EnrolledAgents(Fleet fleet) {
        this.fleet = fleet;
    }

    /** Makes the agents whose identities are stored part of the fleet. Blocks. */
    void restore(Identities identities) throws IOException {
        List<AgentSettings> agents = new ArrayList<>();
        for (AgentIdentity identity : identities.all()) {
            if (identity.revoked() == null) {
                agents.add(settings(identity.agentId(), identity.tenant()));
            }
        }
        fleet.source(AgentSource.ENROLLED).replace(agents);
        identities.all().forEach(this::show);
    }

    /** What clients are told of the agent changes. */
    void show(AgentIdentity identity) {
        Agent agent = fleet.find(identity.agentId());
        if (agent == null || !dialsIn(agent)) {
            return;
        }
        Joined joined = identity.joined();
        agent.enrolled(
                new Enrolled(
                        identity.created(),
                        identity.keys().present().shown(),
                        identity.keys().made(),
                        identity.joins(),
                        joined == null ? null : joined.when(),
                        joined == null ? "" : joined.joining().generation(),
                        identity.parent(),
                        identity.facts()));
    }

    private static AgentSettings settings(String agentId, String tenant) {
        return new AgentSettings(
                agentId, tenant, new AgentAddress.Incoming(agentId), Optional.empty(), List.of());
    }

    /** Whether the fleet has an agent of that name, however it is reached. */
    boolean isThere(String agentId) {
        return fleet.find(agentId) != null;
    }

    /** The agent of the fleet, which is added if it is not there. */
    Agent agent(AgentIdentity identity) throws RefusedException, IOException {
        String id = identity.agentId();
        if (fleet.find(id) == null) {
            try {
                fleet.source(AgentSource.ENROLLED).put(settings(id, identity.tenant()));
            } catch (FleetLimitException e) {
                throw new RefusedException(
                        Refusal.OVERLOADED,
                        "The daemon takes no more agents: " + e.getMessage() + ".");
            }
        }
        Agent agent = fleet.find(id);
        if (agent == null || !dialsIn(agent)) {
            throw new RefusedException(
                    Refusal.NAME_TAKEN,
                    "The daemon dials the agent of this name itself: remove it there, or choose"
                            + " another name.");
        }
        return agent;
    }

    /** Gives an agent the configuration that another one should have. */
    void configureAs(String parent, Agent child) throws IOException {
        Agent original = fleet.find(parent);
        Desired desired = original == null ? null : original.desired();
        if (desired != null) {
            fleet.desire(child, desired.payload());
        }
    }

    /** Removes the agent, if it dials in; its streams end with that reason. */
    void remove(String agentId, String reason) throws IOException {
        Agent agent = fleet.find(agentId);
        if (agent != null && dialsIn(agent)) {
            fleet.remove(agentId, reason);
        }
    }

    static boolean dialsIn(@Nullable Agent agent) {
        return agent != null && agent.settings().address() instanceof AgentAddress.Incoming;
    }
}
