package dev.culvert.daemon.api.plans;

import static io.netty.handler.codec.http.HttpHeaderNames.ETAG;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.plans.KeptState;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** {@code GET}, {@code PUT} and {@code DELETE /infra/{state}}: one desired state. */
public final class StateRoute implements Route {
    private final StateWork work;

    public StateRoute(StateWork work) {
        this.work = work;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET, HttpMethod.PUT, HttpMethod.DELETE);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/infra/{state}");
    }

    @Override
    public Need need(HttpMethod method) {
        return method.equals(HttpMethod.GET) ? Need.READ_INVENTORY : Need.CHANGE_GUESTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String name = request.parameter("state");
        String author = request.caller().name();
        if (request.method().equals(HttpMethod.PUT)) {
            StateBody body = StateBody.read(request);
            work.run(
                    name,
                    request,
                    answer,
                    () -> {
                        KeptState kept =
                                work.states()
                                        .put(
                                                name,
                                                body.text(),
                                                body.expected(),
                                                body.managed(),
                                                author);
                        return () -> show(answer, kept);
                    });
        } else if (request.method().equals(HttpMethod.DELETE)) {
            OptionalLong expected = StateWork.expected(request);
            work.run(
                    name,
                    request,
                    answer,
                    () -> {
                        work.states().delete(name, expected);
                        return () -> answer.noContent();
                    });
        } else {
            work.run(
                    name,
                    request,
                    answer,
                    () -> {
                        KeptState kept = work.states().named(name);
                        return () -> show(answer, kept);
                    });
        }
    }

    private void show(Answer answer, KeptState kept) {
        answer.header(ETAG, "\"" + kept.revision() + "\"")
                .json(
                        OK,
                        Json.object(
                                json -> StateJson.whole(json, kept, work.drift().of(kept.name()))));
    }
}
