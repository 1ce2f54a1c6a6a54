package dev.culvert.daemon.api.agents;

import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.enrol.Guests;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code DELETE /agents/{id}/identity} ends the identity of an agent that dials in; {@code POST
 * /agents/{id}/identity/rotate} gives it another key.
 */
public final class IdentityRoute implements Route {
    private static final String IDENTITY = "/api/v1/agents/{id}/identity";

    private final AgentAccess access;
    private final Guests guests;
    private final OffLoop offLoop;
    private final boolean rotates;

    private IdentityRoute(AgentAccess access, Guests guests, OffLoop offLoop, boolean rotates) {
        this.access = access;
        this.guests = guests;
        this.offLoop = offLoop;
        this.rotates = rotates;
    }

    /** Both. */
    public static List<Route> routes(AgentAccess access, Guests guests, OffLoop offLoop) {
        return List.of(
                new IdentityRoute(access, guests, offLoop, false),
                new IdentityRoute(access, guests, offLoop, true));
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(rotates ? HttpMethod.POST : HttpMethod.DELETE);
    }

    @Override
    public List<String> templates() {
        return List.of(rotates ? IDENTITY + "/rotate" : IDENTITY);
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.CHANGE_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        Agent agent = access.agent(request);
        if (guests.identities().valid(agent.id()) == null) {
            throw new ProblemException(
                    Problem.of(
                            CONFLICT,
                            "The agent has no identity, because the daemon dials it: only agents"
                                    + " that enrolled themselves have one."));
        }
        if (rotates) {
            guests.rotate(
                    agent.id(),
                    trouble -> request.eventLoop().execute(() -> rotated(agent, trouble, answer)));
            return;
        }
        String by = request.caller().name();
        offLoop.run(
                agent.id(),
                true,
                request,
                answer,
                () -> {
                    guests.revoke(agent.id(), by);
                    return answer::noContent;
                });
    }

    private static void rotated(Agent agent, @Nullable String trouble, Answer answer) {
        if (!answer.isOpen()) {
            return; // its client has left
        }
        if (trouble == null) {
            answer.json(OK, Json.object(json -> AgentJson.writeMembers(json, agent)));
        } else {
            answer.problem(
                    Problem.of(
                            CONFLICT,
                            "The agent has the same key as before: %s. Try again when it is ready."
                                    .formatted(trouble)));
        }
    }
}
