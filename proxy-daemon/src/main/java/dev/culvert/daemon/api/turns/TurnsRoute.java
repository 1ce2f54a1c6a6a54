package dev.culvert.daemon.api.turns;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.api.Page;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Visible;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.turn.TurnReading;
import dev.culvert.daemon.turn.Turns;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * {@code GET /turns}: lists the turns in progress of all agents that the caller sees, by id, in
 * pages, with how each is doing.
 */
public final class TurnsRoute implements Route {
    private final AgentAccess access;
    private final Turns turns;

    public TurnsRoute(AgentAccess access, Turns turns) {
        this.access = access;
        this.turns = turns;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/turns");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.READ_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        Page page = Page.of(request);
        Visible fleet = access.fleet(request);
        String only = request.query("agent");
        Predicate<Agent> seen =
                agent ->
                        (only == null || only.equals(agent.id()))
                                && fleet.find(agent.id()) == agent;
        turns.inProgress(
                request.eventLoop(),
                seen,
                page.start(),
                page.limit() + 1, // one more shows whether there is a next page
                found -> tell(page, found, answer));
    }

    private static void tell(Page page, List<TurnReading> found, Answer answer) {
        if (answer.isOpen()) {
            answer.json(
                    OK,
                    Json.object(json ->
                            page.write(
                                    json,
                                    "turns",
                                    found.stream(),
                                    it -> it.status().id(),
                                    TurnJson::write)));
        }
    }
}
