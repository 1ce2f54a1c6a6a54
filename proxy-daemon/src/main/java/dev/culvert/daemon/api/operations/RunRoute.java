package dev.culvert.daemon.api.operations;

import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.operations.Run;
import dev.culvert.daemon.operations.Runs;
import dev.culvert.io.Quoted;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code GET /api/v1/operations/runs/{run}}: how one change went. */
public final class RunRoute implements Route {
    private final Runs runs;

    public RunRoute(Runs runs) {
        this.runs = runs;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/operations/runs/{run}");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.A_CALLER;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String id = request.parameter("run");
        Run run = runs.find(id, request.caller());
        if (run == null) {
            throw new ProblemException(
                    Problem.of(
                            NOT_FOUND,
                            "No run '%s' of an operation is known: it is another caller's, or older than the last ones that are kept (operations.keep, operations.keep_bytes). GET /api/v1/operations/runs lists yours."
                                    .formatted(Quoted.word(id))));
        }
        answer.json(
                OK,
                Json.object(json -> {
                    RunJson.write(json, run);
                    json.writeArrayFieldStart("log");
                    for (String line : run.lines()) {
                        json.writeString(line);
                    }
                    json.writeEndArray();
                }));
    }
}
