package dev.culvert.daemon.api.guests;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.guests.TokenPrivileges;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** {@code GET /inventory/servers/{server}/privileges}: what the token of a server lacks. */
public final class PrivilegesRoute implements Route {
    private final GuestWork work;

    public PrivilegesRoute(GuestWork work) {
        this.work = work;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/inventory/servers/{server}/privileges");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.READ_INVENTORY;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String server = request.parameter("server");
        work.run(
                List.of(server, "privileges"),
                request,
                answer,
                () -> {
                    TokenPrivileges missing = work.guests().privileges(server);
                    return () -> answer.json(OK, Json.object(json -> write(json, missing)));
                });
    }

    private static void write(JsonGenerator json, TokenPrivileges of) throws IOException {
        json.writeStringField("server", of.server());
        json.writeStringField("token", of.token());
        json.writeObjectFieldStart("missing");
        list(json, "to_read", of.toRead());
        list(json, "to_change", of.toChange());
        json.writeEndObject();
        if (!of.grant().isEmpty()) {
            json.writeStringField("grant", of.grant());
        }
    }

    private static void list(JsonGenerator json, String name, List<String> texts)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }
}
