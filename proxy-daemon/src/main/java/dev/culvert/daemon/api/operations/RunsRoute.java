package dev.culvert.daemon.api.operations;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.api.Page;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.operations.Run;
import dev.culvert.daemon.operations.Runs;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code GET /api/v1/operations/runs}: what was changed lately, the latest first. */
public final class RunsRoute implements Route {
    private final Runs runs;

    public RunsRoute(Runs runs) {
        this.runs = runs;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/operations/runs");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.A_CALLER;
    }

    @Override
    public void handle(Request request, Answer answer) {
        Page page = Page.of(request);
        List<Run> all = runs.of(request.caller());
        int from = 0;
        while (!page.start().isEmpty() && from < all.size()) {
            if (all.get(from++).id().equals(page.start())) {
                break;
            }
        }
        List<Run> rest = all.subList(from, all.size());
        List<Run> shown = rest.subList(0, Math.min(page.limit(), rest.size()));
        answer.json(
                OK,
                Json.object(json -> {
                    json.writeArrayFieldStart("runs");
                    for (Run run : shown) {
                        json.writeStartObject();
                        RunJson.write(json, run);
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                    if (shown.size() < rest.size()) {
                        json.writeStringField("next", shown.getLast().id());
                    } else {
                        json.writeNullField("next");
                    }
                }));
    }
}
