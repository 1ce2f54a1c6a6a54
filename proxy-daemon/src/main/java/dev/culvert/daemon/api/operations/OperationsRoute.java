package dev.culvert.daemon.api.operations;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.operations.Operation;
import dev.culvert.daemon.operations.Operations;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** {@code GET /api/v1/operations}: what the caller may do, and how to ask for it. */
public final class OperationsRoute implements Route {
    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/operations");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.A_CALLER;
    }

    @Override
    public void handle(Request request, Answer answer) {
        List<Operation> all = Operations.of(request.caller());
        answer.json(
                OK,
                Json.object(json -> {
                    json.writeArrayFieldStart("operations");
                    for (Operation operation : all) {
                        write(json, operation);
                    }
                    json.writeEndArray();
                }));
    }

    private static void write(JsonGenerator json, Operation operation) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", operation.name());
        if (!operation.verb().isEmpty()) {
            json.writeStringField("verb", operation.verb());
        }
        json.writeStringField("summary", operation.summary());
        json.writeStringField("effect", operation.effect().label());
        if (operation.need().scope() != null) {
            json.writeStringField("scope", operation.need().scope().label());
        }
        json.writeStringField("method", operation.method().name());
        json.writeStringField("path", operation.path());
        if (operation.streams()) {
            json.writeBooleanField("streams", true);
        }
        json.writeObjectFieldStart("parameters");
        operation.writeSchema(json);
        json.writeEndObject();
        json.writeEndObject();
    }
}
