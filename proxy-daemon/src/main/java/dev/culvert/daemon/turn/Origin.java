package dev.culvert.daemon.turn;

import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Presence;
import dev.culvert.daemon.fleet.State;
import dev.culvert.link.Feature;
import dev.culvert.link.Heartbeat;

import org.jspecify.annotations.Nullable;

/**
 * What a turn is known by.
 *
 * @param repeatable whether its client may come with the same id again, and then means the same
 *     turn
 * @param traceparent goes to the agent with the request
 */
public record Origin(String id, Agent agent, boolean repeatable, @Nullable String traceparent) {

    /** Whether the agent last said that it can take turns up again. */
    boolean agentResumes() {
        return agent.presence().said().features().contains(Feature.RESUME);
    }

    /** Whether the agent cannot: one that is there and has not announced anything never will. */
    boolean agentIsBase() {
        Presence presence = agent.presence();
        return presence.said().equals(Heartbeat.NONE)
                ? presence.state() == State.READY
                : !agentResumes();
    }
}
