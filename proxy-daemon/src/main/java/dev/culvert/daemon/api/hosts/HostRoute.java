package dev.culvert.daemon.api.hosts;

import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.cluster.Cluster;
import dev.culvert.daemon.cluster.HostView;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.io.Quoted;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code GET /hosts/{host}}: one host of the cluster. */
public final class HostRoute implements Route {
    private final Cluster cluster;

    public HostRoute(Cluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/hosts/{host}");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.OPERATE;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String name = request.parameter("host");
        HostView view =
                cluster.views().stream()
                        .filter(it -> it.host().name().equals(name))
                        .findAny()
                        .orElseThrow(() -> unknown(name));
        answer.json(OK, Json.object(json -> HostJson.members(json, view)));
    }

    private static ProblemException unknown(String name) {
        return new ProblemException(
                Problem.of(
                        NOT_FOUND,
                        "There is no host '%s' in the cluster: GET /api/v1/hosts lists those that this host knows."
                                .formatted(Quoted.word(name))));
    }
}
