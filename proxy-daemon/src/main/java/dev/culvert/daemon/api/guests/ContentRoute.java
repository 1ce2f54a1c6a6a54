package dev.culvert.daemon.api.guests;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.guests.Volume;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.io.Quoted;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code GET /inventory/storages/{server}/{node}/{storage}/content}. */
public final class ContentRoute implements Route {
    private final GuestWork work;

    public ContentRoute(GuestWork work) {
        this.work = work;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/inventory/storages/{server}/{node}/{storage}/content");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.READ_INVENTORY;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String server = request.parameter("server");
        String node = request.parameter("node");
        String storage = request.parameter("storage");
        Optional<String> kind = Optional.ofNullable(request.query("content"));
        Optional<String> vmid = Optional.ofNullable(request.query("vmid"));
        work.run(
                List.of(server, node, storage),
                request,
                answer,
                () -> {
                    List<Volume> all = work.guests().content(server, node, storage, kind, vmid);
                    return () -> answer.json(OK, Json.object(json -> write(json, all)));
                });
    }

    private static void write(JsonGenerator json, List<Volume> all) throws IOException {
        json.writeArrayFieldStart("content");
        for (Volume volume : all) {
            json.writeStartObject();
            json.writeStringField("volume", Quoted.sentence(volume.volume()));
            json.writeStringField("content", Quoted.word(volume.content()));
            json.writeStringField("format", Quoted.word(volume.format()));
            json.writeNumberField("size", volume.size());
            if (volume.vmid() > 0) {
                json.writeNumberField("vmid", volume.vmid());
            }
            if (volume.created() > 0) {
                json.writeStringField(
                        "created", Instant.ofEpochSecond(volume.created()).toString());
            }
            if (!volume.notes().isEmpty()) {
                json.writeStringField("notes", Quoted.sentence(volume.notes()));
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
