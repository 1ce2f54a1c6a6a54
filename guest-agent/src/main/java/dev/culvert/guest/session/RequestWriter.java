package dev.culvert.guest.session;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.frame.Frame;
import dev.culvert.guest.config.RuntimeKind;
import dev.culvert.guest.desired.AgentConfig;
import dev.culvert.guest.desired.InvalidPayloadException;
import dev.culvert.guest.tools.Offer;
import dev.culvert.guest.tools.Workshop;
import dev.culvert.json.JsonMembers;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Writes the body of a chat completion from a message and the agent's configuration. */
/* Values of the message stay bytes: as text, a large one would be in the small heap several times. */
final class RequestWriter {
    private static final Set<String> NO_OPTIONS = Set.of("messages", "role", "content", "stream");

    /** The characters that W3C Trace Context allows; others might not be fit for a header. */
    private static final Pattern TRACEPARENT = Pattern.compile("[0-9a-f-]{55,128}");

    private static final String DIALECT = "dialect";
    private static final String TOOLS = "tools";
    private static final String CHOICE = "tool_choice";
    private static final String ANTHROPIC = "\"anthropic\"";

    /** The position of a value in the payload's buffer. */
    private record Place(int start, int end) {
        /** Without the brackets, and without the blanks inside them. */
        Place inner(ByteBuf payload) {
            int from = start + 1;
            int to = end - 1;
            while (from < to && isBlank(payload.getByte(from))) {
                from++;
            }
            while (to > from && isBlank(payload.getByte(to - 1))) {
                to--;
            }
            return new Place(from, to);
        }

        boolean beginsWith(ByteBuf payload, char character) {
            return start < end && payload.getByte(start) == character;
        }

        boolean is(ByteBuf payload, String ascii) {
            return end - start == ascii.length()
                    && payload.toString(start, ascii.length(), US_ASCII).equals(ascii);
        }

        private static boolean isBlank(byte character) {
            return character == ' ' || character == '\t' || character == '\n' || character == '\r';
        }
    }

    private final ByteBuf payload;
    private final Map<String, Place> members = new LinkedHashMap<>();

    private RequestWriter(ByteBuf payload) {
        this.payload = payload;
    }

    /** Borrows {@code message}, which has a payload, until the body is written. */
    static RequestWriter of(Frame message) throws InvalidPayloadException {
        RequestWriter writer = new RequestWriter(message.payload());
        writer.read(message);
        writer.check();
        return writer;
    }

    /** What the runtime is sent besides the agent's own headers. */
    static Map<String, String> headers(Frame message, AgentConfig config) {
        String traceparent = message.traceparent();
        if (traceparent == null || !TRACEPARENT.matcher(traceparent).matches()) {
            return config.headers();
        }
        Map<String, String> headers = new HashMap<>(config.headers());
        headers.put("traceparent", traceparent);
        return headers;
    }

    /** Whether the message has a form that only another kind of runtime understands. */
    boolean isForAnotherKind(RuntimeKind kind) {
        return kind != RuntimeKind.ANTHROPIC && members.containsKey(DIALECT);
    }

    /** Whether the message is in Anthropic's form. */
    boolean isInDialect() {
        return members.containsKey(DIALECT);
    }

    /**
     * The agent's tools that the message may use; null for none. A client that says which tool is
     * to be called means one of its own.
     */
    @Nullable Offer offer(Workshop workshop, AgentConfig config, Frame message) {
        Place choice = members.get(CHOICE);
        boolean isFree =
                choice == null
                        ? !config.options().containsKey(CHOICE)
                        : choice.is(payload, "\"auto\"") || choice.is(payload, "null");
        if (!isFree || members.containsKey("functions")) {
            return null;
        }
        Offer offer = workshop.offer(config.tools(), message.id(), message.caller());
        return offer == null ? null : offer.without(ToolNames.in(clientTools(config)));
    }

    /** The client's own tools: an array, or nothing. */
    private ByteBuf clientTools(AgentConfig config) {
        Place tools = members.get(TOOLS);
        if (tools != null) {
            return payload.slice(tools.start, tools.end - tools.start);
        }
        return Unpooled.copiedBuffer(config.options().getOrDefault(TOOLS, ""), UTF_8);
    }

    /**
     * The body, which ends with the messages, belongs to the caller.
     *
     * @param offer the agent's tools that are offered to the model; null for none
     */
    ByteBuf body(AgentConfig config, List<String> contexts, @Nullable Offer offer) {
        BodyPieces body = new BodyPieces(payload);
        try (JsonGenerator json = JsonText.generator(body)) {
            write(json, body, config, contexts, offer);
        } catch (IOException e) {
            body.drop();
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return body.take();
    }

    private void read(Frame message) throws InvalidPayloadException {
        if (payload.getByte(payload.readerIndex()) != '{') {
            throw new InvalidPayloadException("the payload must be a JSON object");
        }
        JsonMembers all = message.members();
        while (all.next()) {
            if (members.put(all.name(), new Place(all.valueStart(), all.valueEnd())) != null) {
                throw new InvalidPayloadException("the payload has '" + all.name() + "' twice");
            }
        }
    }

    private void check() throws InvalidPayloadException {
        Place dialect = members.get(DIALECT);
        if (dialect != null && !dialect.is(payload, ANTHROPIC)) {
            throw new InvalidPayloadException(
                    "'dialect' must be \"anthropic\", or absent for a message in OpenAI's form");
        }
        Place messages = members.get("messages");
        if (messages != null) {
            if (!messages.beginsWith(payload, '[')
                    || !messages.inner(payload).beginsWith(payload, '{')) {
                throw new InvalidPayloadException(
                        "'messages' must be an array of at least one object with 'role' and"
                                + " 'content'");
            }
        } else if (!isA("role", '"')) {
            throw new InvalidPayloadException(
                    "'role' must be a string; a message has 'role' and 'content', or 'messages'");
        } else if (!isA("content", '"') && !isA("content", '[')) {
            throw new InvalidPayloadException("'content' must be a string, or an array of parts");
        }
    }

    private boolean isA(String name, char first) {
        Place value = members.get(name);
        return value != null && value.beginsWith(payload, first);
    }

    private void write(
            JsonGenerator json,
            BodyPieces body,
            AgentConfig config,
            List<String> contexts,
            @Nullable Offer offer)
            throws IOException {
        json.writeStartObject();
        for (Map.Entry<String, String> option : config.options().entrySet()) {
            if (offer != null && option.getKey().equals(TOOLS)) {
                continue;
            }
            json.writeFieldName(option.getKey());
            Place instead = members.get(option.getKey());
            if (instead == null) {
                json.writeRawValue(option.getValue());
            } else {
                writeValue(json, body, instead);
            }
        }
        for (Map.Entry<String, Place> member : members.entrySet()) {
            String name = member.getKey();
            if (!NO_OPTIONS.contains(name)
                    && !(offer != null && name.equals(TOOLS))
                    && !config.options().containsKey(name)) {
                json.writeFieldName(name);
                writeValue(json, body, member.getValue());
            }
        }
        if (offer != null) {
            writeTools(json, config, offer);
        }
        json.writeBooleanField("stream", true);
        json.writeArrayFieldStart("messages");
        if (config.systemPrompt() != null) {
            json.writeStartObject();
            json.writeStringField("role", "system");
            json.writeFieldName("content");
            json.writeRawValue(config.systemPrompt());
            json.writeEndObject();
        }
        for (String context : contexts) {
            json.writeStartObject();
            json.writeStringField("role", "system");
            json.writeStringField("content", context);
            json.writeEndObject();
        }
        writeConversation(json, body);
        json.writeEndArray();
        json.writeEndObject();
    }

    private void writeTools(JsonGenerator json, AgentConfig config, Offer offer)
            throws IOException {
        String own = clientTools(config).toString(UTF_8).strip();
        String inner = own.startsWith("[") ? own.substring(1, own.length() - 1).strip() : "";
        json.writeFieldName(TOOLS);
        json.writeRawValue(
                "["
                        + inner
                        + (inner.isEmpty() ? "" : ",")
                        + offer.definitions(isInDialect())
                        + "]");
    }

    private void writeConversation(JsonGenerator json, BodyPieces body) throws IOException {
        Place messages = members.get("messages");
        if (messages != null) {
            writeValue(json, body, messages.inner(payload));
            return;
        }
        json.writeStartObject();
        json.writeFieldName("role");
        writeValue(json, body, members.get("role"));
        json.writeFieldName("content");
        writeValue(json, body, members.get("content"));
        json.writeEndObject();
    }

    private void writeValue(JsonGenerator json, BodyPieces body, @Nullable Place value)
            throws IOException {
        json.writeRawValue(""); // writes the comma before the value
        json.flush();
        if (value != null) {
            body.add(value.start, value.end - value.start);
        }
    }
}
