package dev.culvert.daemon.api.plans;

import static io.netty.handler.codec.http.HttpResponseStatus.ACCEPTED;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code POST /infra/{state}/apply}: applies the plan of a digest, as a run of a flow. */
public final class StateApplyRoute implements Route {
    private final StateWork work;

    public StateApplyRoute(StateWork work) {
        this.work = work;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/infra/{state}/apply");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.CHANGE_GUESTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String name = request.parameter("state");
        String digest = StateBody.text(StateBody.members(request, Set.of("digest")), "digest");
        Caller caller = request.caller();
        work.run(
                name,
                request,
                answer,
                () -> {
                    String run = work.plans().apply(name, digest, caller);
                    return () ->
                            answer.json(
                                    run.isEmpty() ? OK : ACCEPTED,
                                    Json.object(json -> {
                                        json.writeBooleanField("done", run.isEmpty());
                                        if (!run.isEmpty()) {
                                            json.writeStringField("run", run);
                                        }
                                    }));
                });
    }
}
