package dev.culvert.daemon.turn;

import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.AgentState;
import dev.culvert.daemon.fleet.Presence;
import dev.culvert.link.Feature;
import dev.culvert.link.Heartbeat;
import org.jspecify.annotations.Nullable;

/**
 * A client's request for a turn: to begin it, or to go on with it.
 *
 * @param repeatable whether its client may come with the same id again, and then means the same
 *     turn
 * @param asked the fingerprint of the message, where its client gave it an {@code Idempotency-Key};
 *     else 0
 * @param requestId of the request that reads it, where clients can come back to it; else empty
 * @param traceparent goes to the agent with the request
 */
public record TurnRequest(
        String id,
        Agent agent,
        boolean repeatable,
        long asked,
        String requestId,
        @Nullable String traceparent) {

    /** Whether clients can come back to it, by its id or by a key. */
    boolean isAddressed() {
        return !requestId.isEmpty();
    }

    /** Whether the agent last said that it can take turns up again. */
    boolean agentResumes() {
        return agent.presence().said().features().contains(Feature.RESUME);
    }

    /**
     * Whether the agent, which says what it is on each link, does not answer on its home link: what
     * is sent to it now may be read much later, and until then nobody can say whether it was.
     */
    boolean agentIsAway() {
        Presence presence = agent.presence();
        return presence.state() == AgentState.UNREACHABLE
                && !presence.said().equals(Heartbeat.NONE);
    }

    /** Whether the agent cannot: one that is there and has not announced anything never will. */
    boolean agentIsBase() {
        Presence presence = agent.presence();
        return presence.said().equals(Heartbeat.NONE)
                ? presence.state() == AgentState.READY
                : !agentResumes();
    }
}
