package dev.culvert.daemon.api.hosts;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.api.Page;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.cluster.Cluster;
import dev.culvert.daemon.cluster.HostView;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code GET /hosts}: the hosts of the cluster, and how this one is in it. */
public final class HostsRoute implements Route {
    private final Cluster cluster;

    public HostsRoute(Cluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/hosts");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.OPERATE;
    }

    @Override
    public void handle(Request request, Answer answer) {
        Page page = Page.of(request);
        List<HostView> views = cluster.views();
        answer.json(
                OK,
                Json.object(json -> {
                    HostJson.cluster(json, cluster.membership());
                    page.write(
                            json,
                            "hosts",
                            views.stream(),
                            view -> view.host().name(),
                            HostJson::write);
                }));
    }
}
