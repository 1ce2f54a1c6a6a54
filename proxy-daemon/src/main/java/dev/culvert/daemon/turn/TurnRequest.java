package dev.culvert.daemon.turn;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.CallerQuota;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.AgentState;
import dev.culvert.daemon.fleet.Presence;
import dev.culvert.link.Feature;
import dev.culvert.link.Heartbeat;
import org.jspecify.annotations.Nullable;

/**
 * A client's request to begin a turn or to resume it.
 *
 * @param repeatable whether a client may send the same id again, and means the same turn
 * @param asked the fingerprint of the message if the client sent an {@code Idempotency-Key}, else 0
 * @param requestId the id of the HTTP request, if clients can come back to the turn; else empty
 * @param traceparent sent to the agent with the request
 * @param caller who asks, and whose quota the turn counts for; null if it counts for nobody
 * @param goesOn whether the turn goes on to its end if the client leaves
 */
public record TurnRequest(
        String id,
        Agent agent,
        boolean repeatable,
        long asked,
        String requestId,
        @Nullable String traceparent,
        @Nullable Caller caller,
        boolean goesOn) {

    /** One that counts for nobody, and stops if its client leaves. */
    public TurnRequest(
            String id,
            Agent agent,
            boolean repeatable,
            long asked,
            String requestId,
            @Nullable String traceparent) {
        this(id, agent, repeatable, asked, requestId, traceparent, null, false);
    }

    /** The same, for a turn that counts for this caller already. */
    public TurnRequest countedBy(Caller by) {
        return new TurnRequest(id, agent, repeatable, asked, requestId, traceparent, by, goesOn);
    }

    /** The same, for a client that may leave without an effect on the turn. */
    public TurnRequest goingOn() {
        return new TurnRequest(id, agent, repeatable, asked, requestId, traceparent, caller, true);
    }

    /** What limits the caller; null if nothing does. */
    @Nullable CallerQuota quota() {
        return caller == null ? null : caller.quota();
    }

    /** Whether clients can come back to the turn, by its id or by a key. */
    public boolean isAddressed() {
        return !requestId.isEmpty();
    }

    /**
     * Who asks, for an agent that runs tools, which it writes into its audit log; null for any
     * other.
     */
    @Nullable String callerForTools() {
        return caller != null && agent.presence().said().features().contains(Feature.TOOLS)
                ? caller.label()
                : null;
    }

    /** Whether the agent announced last that it can resume turns. */
    boolean agentResumes() {
        return agent.presence().said().features().contains(Feature.RESUME);
    }

    /**
     * Whether an agent that sends heartbeats does not answer on its home link. A message that is
     * sent to it now may be read much later, and until then nobody can tell whether it was.
     */
    boolean agentIsAway() {
        Presence presence = agent.presence();
        return presence.state() == AgentState.UNREACHABLE
                && !presence.said().equals(Heartbeat.NONE);
    }

    /** Whether the agent takes no message that fits no frame: it speaks, and has not said so. */
    boolean agentTakesNoParts() {
        Presence presence = agent.presence();
        return presence.said().equals(Heartbeat.NONE)
                ? presence.state() == AgentState.READY
                : !presence.said().features().contains(Feature.PARTS);
    }

    /** Whether the agent cannot resume: one that is ready and has announced nothing never will. */
    boolean agentIsBase() {
        Presence presence = agent.presence();
        return presence.said().equals(Heartbeat.NONE)
                ? presence.state() == AgentState.READY || presence.state() == AgentState.DRAINING
                : !agentResumes();
    }
}
