package dev.culvert.daemon.api.admin;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.SettingsInForce;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.settings.Key;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/v1/admin/settings}: each setting in force, and who set it. The values of secrets
 * are never in it.
 */
/* Not on the event loop: with thousands of agents it is long. */
public final class SettingsRoute implements Route {
    private final Supplier<List<SettingsInForce.Row>> inForce;
    private final OffLoop offLoop;

    public SettingsRoute(Supplier<List<SettingsInForce.Row>> inForce, OffLoop offLoop) {
        this.inForce = inForce;
        this.offLoop = offLoop;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/admin/settings");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.OPERATE;
    }

    @Override
    public void handle(Request request, Answer answer) {
        offLoop.run(
                request,
                answer,
                () -> {
                    ByteBuf body = Json.object(json -> write(json, inForce.get()));
                    return () -> answer.json(OK, body);
                });
    }

    private static void write(JsonGenerator json, List<SettingsInForce.Row> rows)
            throws IOException {
        json.writeArrayFieldStart("settings");
        for (SettingsInForce.Row row : rows) {
            json.writeStartObject();
            json.writeStringField("key", row.inForce().path());
            write(json, row.inForce());
            if (row.inForce().secret()) {
                json.writeBooleanField("secret", true);
            }
            Key next = row.afterRestart();
            if (next != null) {
                json.writeObjectFieldStart("after_restart");
                write(json, next);
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void write(JsonGenerator json, Key key) throws IOException {
        json.writeFieldName("value");
        json.writeRawValue(key.json());
        json.writeStringField("from", from(key));
    }

    /** As JSON has it, null for a default. */
    private static @Nullable String from(Key key) {
        return key.setAt() == null ? null : key.setAt().toString();
    }
}
