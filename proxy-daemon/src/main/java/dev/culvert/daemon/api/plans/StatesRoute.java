package dev.culvert.daemon.api.plans;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.api.Page;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.plans.KeptState;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code GET /infra}: the desired states that the daemon keeps, and how much differs. */
public final class StatesRoute implements Route {
    private final StateWork work;

    public StatesRoute(StateWork work) {
        this.work = work;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/infra");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.READ_INVENTORY;
    }

    @Override
    public void handle(Request request, Answer answer) {
        Page page = Page.of(request);
        answer.json(
                OK,
                Json.object(json ->
                        page.write(
                                json,
                                "states",
                                work.states().all().stream(),
                                KeptState::name,
                                (to, it) -> {
                                    to.writeStartObject();
                                    StateJson.members(to, it, work.drift().of(it.name()));
                                    to.writeEndObject();
                                })));
    }
}
