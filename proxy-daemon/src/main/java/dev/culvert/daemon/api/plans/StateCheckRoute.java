package dev.culvert.daemon.api.plans;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code POST /infra/{state}/validate}: what is wrong with a text, with lines and columns. */
public final class StateCheckRoute implements Route {
    private final StateWork work;

    public StateCheckRoute(StateWork work) {
        this.work = work;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/infra/{state}/validate");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.READ_INVENTORY;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String name = request.parameter("state");
        String text = StateBody.text(StateBody.members(request, Set.of("text")), "text");
        work.runAside(
                request,
                answer,
                () -> {
                    List<String> mistakes = work.plans().mistakes(name, text);
                    return () ->
                            answer.json(
                                    OK,
                                    Json.object(json -> {
                                        json.writeBooleanField("valid", mistakes.isEmpty());
                                        StateJson.mistakes(json, mistakes);
                                    }));
                });
    }
}
