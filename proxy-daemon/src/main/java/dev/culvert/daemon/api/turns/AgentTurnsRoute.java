package dev.culvert.daemon.api.turns;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.api.Page;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.turn.TurnStatus;
import dev.culvert.daemon.turn.Turns;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** {@code GET /agents/{id}/turns}: lists the turns that this daemon knows, by id, in pages. */
public final class AgentTurnsRoute implements Route {
    private final AgentAccess access;
    private final Turns turns;

    public AgentTurnsRoute(AgentAccess access, Turns turns) {
        this.access = access;
        this.turns = turns;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/agents/{id}/turns");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.READ_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        Agent agent = access.agent(request);
        Page page = Page.of(request);
        Collection<TurnStatus> known = turns.of(agent);
        answer.json(
                OK,
                Json.object(json ->
                        page.write(
                                json, "turns", known.stream(), TurnStatus::id, TurnJson::write)));
    }
}
