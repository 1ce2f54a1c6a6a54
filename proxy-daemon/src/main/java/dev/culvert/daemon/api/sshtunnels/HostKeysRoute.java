package dev.culvert.daemon.api.sshtunnels;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.sshkeys.PublicKeyLine;
import dev.culvert.daemon.sshtunnels.HostKeys.Offered;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/**
 * {@code GET /tunnels/{tunnel}/host-keys} asks the server of an SSH tunnel for its keys; {@code
 * PUT} trusts the one of a fingerprint.
 */
public final class HostKeysRoute implements Route {
    private final TunnelWork work;

    public HostKeysRoute(TunnelWork work) {
        this.work = work;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET, HttpMethod.PUT);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/tunnels/{tunnel}/host-keys");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.REACH_HOSTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String name = work.find(request.parameter("tunnel")).name();
        if (request.method().equals(HttpMethod.PUT)) {
            String fingerprint = fingerprint(request);
            work.run(
                    name,
                    request,
                    answer,
                    tunnels -> {
                        PublicKeyLine key = tunnels.trust(name, fingerprint);
                        return () -> show(name, List.of(new Offered(key, true)), answer);
                    });
            return;
        }
        work.run(
                name,
                request,
                answer,
                tunnels -> {
                    List<Offered> keys = tunnels.hostKeys(name);
                    return () -> show(name, keys, answer);
                });
    }

    private static void show(String name, List<Offered> keys, Answer answer) {
        answer.json(
                OK,
                Json.object(json -> {
                    json.writeStringField("name", name);
                    json.writeArrayFieldStart("keys");
                    for (Offered key : keys) {
                        json.writeStartObject();
                        json.writeStringField("type", key.line().kind());
                        json.writeNumberField("bits", key.line().bits());
                        json.writeStringField("fingerprint", key.line().fingerprint());
                        json.writeBooleanField("trusted", key.isTrusted());
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                }));
    }

    private static String fingerprint(Request request) {
        String body = JsonRequest.body(request).toString(StandardCharsets.UTF_8);
        try {
            return Settings.read(
                            List.of(Layer.text("body", body)),
                            in -> in.get("fingerprint", Kind.TEXT, ""))
                    .value();
        } catch (BadSettingsException e) {
            throw TunnelWork.problem(
                    BAD_REQUEST,
                    "The body does not name a fingerprint: %s."
                            .formatted(String.join("; ", e.mistakes())));
        }
    }
}
