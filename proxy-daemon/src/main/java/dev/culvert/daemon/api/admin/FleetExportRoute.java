package dev.culvert.daemon.api.admin;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.api.Page;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Desired;
import dev.culvert.daemon.fleet.Visible;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.transport.AgentAddress;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * {@code GET /api/v1/admin/fleet}: the agents as the list {@code agents} of the settings has them,
 * each with the configuration that is desired now, which may contain keys. Without those that dial
 * in.
 */
public final class FleetExportRoute implements Route {
    private static final JsonFactory JSON = new JsonFactory();

    private final AgentAccess access;
    private final OffLoop offLoop;

    public FleetExportRoute(AgentAccess access, OffLoop offLoop) {
        this.access = access;
        this.offLoop = offLoop;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/admin/fleet");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.OPERATE;
    }

    @Override
    public void handle(Request request, Answer answer) {
        Page page = Page.of(request);
        Visible fleet = access.fleet(request);
        offLoop.run(
                request,
                answer,
                () -> {
                    ByteBuf body =
                            Json.object(json ->
                                    page.write(
                                            json,
                                            "agents",
                                            fleet.after(page.start())
                                                    .filter(FleetExportRoute::isDialled),
                                            Agent::id,
                                            FleetExportRoute::write));
                    return () -> answer.json(OK, body);
                });
    }

    /** Others enrol again where they come to. */
    private static boolean isDialled(Agent agent) {
        return !(agent.settings().address() instanceof AgentAddress.Incoming);
    }

    private static void write(JsonGenerator json, Agent agent) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", agent.id());
        json.writeStringField("tenant", agent.tenant());
        json.writeStringField("address", agent.settings().address().toString());
        Desired desired = agent.desired();
        if (desired != null) {
            writeMembers(json, desired.payload());
        }
        json.writeEndObject();
    }

    /** The members of a {@code config_update}, each as the bytes that it has there. */
    private static void writeMembers(JsonGenerator json, String payload) throws IOException {
        try (JsonParser parser = JSON.createParser(payload)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                int begin = (int) parser.currentTokenLocation().getCharOffset();
                parser.skipChildren();
                int end = (int) parser.currentLocation().getCharOffset();
                if (value != JsonToken.VALUE_NULL) { // which allows every tool, as no list does
                    json.writeFieldName(name);
                    json.writeRawValue(payload.substring(begin, end));
                }
            }
        }
    }
}
