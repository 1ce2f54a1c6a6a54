package dev.culvert.guest.session;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.frame.PayloadJson;
import dev.culvert.guest.session.JsonObject.Value;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes the body of a chat completion of a message's payload and the agent's configuration. */
final class RequestReader {
    private RequestReader() {}

    /** Borrows {@code payload}; the body belongs to the caller. */
    static ByteBuf body(
            ByteBufAllocator buffers, ByteBuf payload, AgentConfig config, List<String> contexts)
            throws InvalidPayloadException {
        JsonObject message = JsonObject.read("the payload", payload);
        Map<String, String> options = new LinkedHashMap<>(config.options());
        message.members().forEach((name, value) -> options.put(name, value.text()));
        List.of("messages", "role", "content", "stream").forEach(options::remove);
        String conversation = conversation(message);
        ByteBuf body = buffers.buffer(payload.readableBytes() + 256);
        try (JsonGenerator json = PayloadJson.generator(body)) {
            json.writeStartObject();
            for (Map.Entry<String, String> option : options.entrySet()) {
                json.writeFieldName(option.getKey());
                json.writeRawValue(option.getValue());
            }
            json.writeBooleanField("stream", true);
            json.writeArrayFieldStart("messages");
            if (config.systemPrompt() != null) {
                writeSystemMessage(json, config.systemPrompt());
            }
            for (String context : contexts) {
                json.writeStartObject();
                json.writeStringField("role", "system");
                json.writeStringField("content", context);
                json.writeEndObject();
            }
            json.writeRawValue(conversation);
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            body.release();
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return body;
    }

    private static void writeSystemMessage(JsonGenerator json, String content) throws IOException {
        json.writeStartObject();
        json.writeStringField("role", "system");
        json.writeFieldName("content");
        json.writeRawValue(content);
        json.writeEndObject();
    }

    /** The messages, as JSON objects with commas between. */
    private static String conversation(JsonObject message) throws InvalidPayloadException {
        Value messages = message.get("messages");
        if (messages == null) {
            return single(message);
        }
        String text = messages.text();
        String inner = text.substring(1, Math.max(1, text.length() - 1)).strip();
        if (messages.kind() != JsonToken.START_ARRAY || !inner.startsWith("{")) {
            throw new InvalidPayloadException(
                    "'messages' must be an array of objects with 'role' and 'content', at least one");
        }
        return inner;
    }

    private static String single(JsonObject message) throws InvalidPayloadException {
        Value role = message.get("role");
        Value content = message.get("content");
        if (role == null || !role.isString()) {
            throw new InvalidPayloadException(
                    "'role' must be a string; a message has 'role' and 'content', or 'messages'");
        }
        if (content == null || !(content.isString() || content.kind() == JsonToken.START_ARRAY)) {
            throw new InvalidPayloadException("'content' must be a string, or an array of parts");
        }
        return "{\"role\":" + role.text() + ",\"content\":" + content.text() + "}";
    }
}
