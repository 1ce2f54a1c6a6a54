package dev.culvert.daemon.answer;

import dev.culvert.daemon.auth.CallerQuota;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.RateLimits;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.turn.TurnRequest;
import dev.culvert.daemon.turn.Turns;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Which turn an HTTP request begins, repeats or is about, and whose quota it takes. */
final class TurnRequests {
    private final Turns turns;

    TurnRequests(Turns turns) {
        this.turns = turns;
    }

    /**
     * The turn that the request begins or repeats. It takes one of the caller's quota.
     *
     * @param isTold whether the client is told its id in any case, so that it can be read again
     */
    TurnRequest begun(Request request, Agent agent, ByteBuf message, boolean isTold) {
        boolean goesOn = OnDisconnect.continues(request);
        TurnRequest asked = asked(request, agent, message, isTold || goesOn);
        return counted(request, goesOn ? asked.goingOn() : asked);
    }

    /** The same for a turn that no client has to wait for; it is not {@link #counted} yet. */
    TurnRequest unattended(Request request, Agent agent, ByteBuf message) {
        return asked(request, agent, message, true).goingOn();
    }

    /** The turn of that id, which the request is about; null where there can be none. */
    @Nullable TurnRequest known(Request request, String id) {
        Agent agent = turns.agentOf(id, request.caller());
        return agent == null
                ? null
                : new TurnRequest(id, agent, true, 0, request.id(), request.traceParent());
    }

    /** Takes one of the caller's quota for a turn that runs already, which is never refused. */
    static TurnRequest held(Request request, TurnRequest wanted) {
        CallerQuota quota = request.caller().quota();
        if (quota == null) {
            return wanted;
        }
        quota.holdTurn();
        return wanted.countedBy(request.caller());
    }

    /** Takes one of the caller's quota for a turn that is about to begin. */
    static TurnRequest counted(Request request, TurnRequest wanted) {
        CallerQuota quota = request.caller().quota();
        if (quota != null) {
            RateLimits.takeTurn(quota);
        }
        return wanted;
    }

    /** The id of the turn that the key of the request stands for; null if it has none. */
    @Nullable String ofKey(Request request, Agent agent) {
        String key = IdempotencyKey.of(request);
        return key == null ? null : turns.ids().mint(agent, key);
    }

    private TurnRequest asked(Request request, Agent agent, ByteBuf message, boolean isTold) {
        String ofKey = ofKey(request, agent);
        if (ofKey != null) {
            return new TurnRequest(
                    ofKey,
                    agent,
                    true,
                    IdempotencyKey.fingerprint(message),
                    request.id(),
                    request.traceParent(),
                    request.caller(),
                    false);
        }
        return new TurnRequest(
                isTold ? turns.ids().mint(agent) : turns.ids().unaddressed(agent),
                agent,
                false,
                0,
                isTold ? request.id() : "",
                request.traceParent(),
                request.caller(),
                false);
    }
}
