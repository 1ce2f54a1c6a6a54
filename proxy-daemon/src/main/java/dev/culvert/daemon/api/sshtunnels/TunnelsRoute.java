package dev.culvert.daemon.api.sshtunnels;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.CREATED;
import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.api.Page;
import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.SshTunnelSettings;
import dev.culvert.daemon.config.SshTunnelSettings.Direction;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.sshtunnels.SshTunnels.View;
import dev.culvert.io.Quoted;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.IpAddress;
import dev.culvert.transport.SpecialAddresses;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** {@code GET /tunnels} lists the SSH tunnels; {@code POST} adds one. */
public final class TunnelsRoute implements Route {
    private final TunnelWork work;

    public TunnelsRoute(TunnelWork work) {
        this.work = work;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET, HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/tunnels");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.REACH_HOSTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        if (request.method().equals(HttpMethod.GET)) {
            Page page = Page.of(request);
            List<View> all = work.tunnels().map(known -> known.all()).orElse(List.of());
            answer.json(
                    OK,
                    Json.object(json ->
                            page.write(
                                    json, "tunnels", all.stream(), View::name, TunnelJson::write)));
            return;
        }
        String body = JsonRequest.body(request).toString(StandardCharsets.UTF_8);
        SshTunnelSettings settings = read(body);
        work.run(
                settings.name(),
                request,
                answer,
                tunnels -> {
                    checkFarEnd(settings, request.caller());
                    View added = tunnels.add(settings, body);
                    return () -> TunnelWork.show(answer, CREATED, added);
                });
    }

    /**
     * A remote tunnel leads into this host's networks, for whoever is at its far end. A name could
     * lead somewhere else the next time. Not for event loops.
     */
    static void checkFarEnd(SshTunnelSettings settings, Caller caller) {
        if (settings.kind() != Direction.REMOTE || caller.may(Need.OPERATE)) {
            return;
        }
        String host = settings.to().map(AgentAddress.Tcp::host).orElse("");
        if (IpAddress.parse(host) == null
                || SpecialAddresses.contain(InetAddress.ofLiteral(host))
                || SpecialAddresses.areOfThisHost(InetAddress.ofLiteral(host))) {
            throw TunnelWork.problem(
                    FORBIDDEN,
                    "A remote tunnel of yours can lead to a public address only, written as a number, and %s is none: let an operator add it (scope admin), or have it in \"tunnels\" of the daemon's settings."
                            .formatted(Quoted.word(host)));
        }
    }

    private static SshTunnelSettings read(String body) {
        try {
            return Settings.read(List.of(Layer.text("body", body)), SshTunnelSettings::readOfClient)
                    .value();
        } catch (BadSettingsException e) {
            throw TunnelWork.problem(
                    BAD_REQUEST,
                    "The body does not describe a tunnel: %s."
                            .formatted(String.join("; ", e.mistakes())));
        }
    }
}
