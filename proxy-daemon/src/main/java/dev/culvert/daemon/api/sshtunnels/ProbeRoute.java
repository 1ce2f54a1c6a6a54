package dev.culvert.daemon.api.sshtunnels;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.sshtunnels.SshTunnels.View;
import dev.culvert.daemon.sshtunnels.TunnelStatus.Look;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code POST /tunnels/{tunnel}/test}: sends something through an SSH tunnel now. */
public final class ProbeRoute implements Route {
    private final TunnelWork work;

    public ProbeRoute(TunnelWork work) {
        this.work = work;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/tunnels/{tunnel}/test");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.REACH_HOSTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String name = work.find(request.parameter("tunnel")).name();
        work.run(
                name,
                request,
                answer,
                tunnels -> {
                    Optional<Look> seen = tunnels.test(name);
                    View view = tunnels.find(name);
                    return () ->
                            answer.json(
                                    OK,
                                    Json.object(json -> {
                                        json.writeStringField("name", name);
                                        json.writeBooleanField(
                                                "ok", seen.isPresent() && seen.get().isGood());
                                        json.writeStringField(
                                                "state", view.status().phase().label());
                                        TunnelJson.writeLook(json, "probe", seen.orElse(null));
                                        var trouble = view.status().trouble();
                                        json.writeStringField(
                                                "hop",
                                                trouble == null ? null : trouble.hop().label());
                                        json.writeStringField(
                                                "trouble",
                                                trouble == null ? null : trouble.sentence());
                                    }));
                });
    }
}
