package dev.culvert.daemon.api.plans;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.plans.KeptState;
import dev.culvert.infra.Plan;
import dev.culvert.value.Value;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code GET /infra/{state}/plan}: what has to change until all is as it should be. */
public final class StatePlanRoute implements Route {
    private final StateWork work;

    public StatePlanRoute(StateWork work) {
        this.work = work;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/infra/{state}/plan");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.READ_INVENTORY;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String name = request.parameter("state");
        work.run(
                name,
                request,
                answer,
                () -> {
                    KeptState state = work.states().named(name);
                    Plan plan = work.plans().plan(state);
                    return () ->
                            answer.json(
                                    OK,
                                    Json.object(json -> {
                                        json.writeNumberField("revision", state.revision());
                                        for (Map.Entry<String, Value> each :
                                                plan.value().map().entrySet()) {
                                            json.writeFieldName(each.getKey());
                                            json.writeRawValue(each.getValue().json());
                                        }
                                    }));
                });
    }
}
