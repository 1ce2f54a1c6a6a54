package dev.culvert.daemon.api.sshtunnels;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code GET /tunnels/{tunnel}} shows an SSH tunnel; {@code DELETE} removes it. */
public final class TunnelRoute implements Route {
    private final TunnelWork work;

    public TunnelRoute(TunnelWork work) {
        this.work = work;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET, HttpMethod.DELETE);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/tunnels/{tunnel}");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.REACH_HOSTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String name = work.find(request.parameter("tunnel")).name();
        if (request.method().equals(HttpMethod.GET)) {
            TunnelWork.show(answer, OK, work.find(name));
            return;
        }
        work.run(
                name,
                request,
                answer,
                tunnels -> {
                    tunnels.remove(name);
                    return answer::noContent;
                });
    }
}
