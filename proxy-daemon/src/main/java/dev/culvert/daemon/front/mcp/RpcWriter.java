package dev.culvert.daemon.front.mcp;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.about.Version;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Problem;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the parts that many messages have. */
final class RpcWriter {
    static final String SERVER_NAME = "culvert";

    /** For {@code _meta}: the turn that an answer is of. */
    static final String TURN = "dev.culvert/turn";

    private static final String VERSION = Version.text();

    private RpcWriter() {}

    /** The member {@code error} for a problem. */
    static void error(JsonGenerator json, int code, Problem problem, @Nullable String turn)
            throws IOException {
        json.writeObjectFieldStart("error");
        json.writeNumberField("code", code);
        json.writeStringField("message", problem.error());
        json.writeObjectFieldStart("data");
        json.writeNumberField("status", problem.status().code());
        if (problem.members().get("code") instanceof String word) {
            json.writeStringField("code", word);
        }
        String seconds = problem.headers().get(HttpHeaderNames.RETRY_AFTER);
        if (seconds != null) {
            json.writeNumberField("retryAfterSeconds", Integer.parseInt(seconds));
        }
        if (turn != null) {
            json.writeStringField("turn", turn);
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    /** The member {@code error} for a mistake of the client. */
    static void error(JsonGenerator json, RpcException mistake) throws IOException {
        json.writeObjectFieldStart("error");
        json.writeNumberField("code", mistake.code());
        json.writeStringField("message", mistake.sentence());
        if (!mistake.data().isEmpty()) {
            json.writeObjectFieldStart("data");
            for (Map.Entry<String, Object> member : mistake.data().entrySet()) {
                if (member.getValue() instanceof List<?> texts) {
                    json.writeArrayFieldStart(member.getKey());
                    for (Object text : texts) {
                        json.writeString(String.valueOf(text));
                    }
                    json.writeEndArray();
                } else {
                    json.writeStringField(member.getKey(), String.valueOf(member.getValue()));
                }
            }
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    /** Who the server is, as the value of a member. */
    static void server(JsonGenerator json, String member) throws IOException {
        json.writeObjectFieldStart(member);
        json.writeStringField("name", SERVER_NAME);
        json.writeStringField("title", "Culvert");
        json.writeStringField("version", VERSION);
        json.writeEndObject();
    }

    /**
     * The member {@code _meta} of a result.
     *
     * @param more its further members
     */
    static void meta(JsonGenerator json, Json.Body more) throws IOException {
        json.writeObjectFieldStart("_meta");
        server(json, "io.modelcontextprotocol/serverInfo");
        more.write(json);
        json.writeEndObject();
    }

    /** One part of a result's content. */
    static void text(JsonGenerator json, String text) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "text");
        json.writeStringField("text", text);
        json.writeEndObject();
    }

    /** One part of a result's content: where all of it can be read. */
    static void link(JsonGenerator json, String uri, String name, String type, long bytes)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "resource_link");
        json.writeStringField("uri", uri);
        json.writeStringField("name", name);
        json.writeStringField("mimeType", type);
        json.writeNumberField("size", bytes);
        json.writeEndObject();
    }
}
