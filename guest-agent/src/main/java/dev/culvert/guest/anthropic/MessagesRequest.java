package dev.culvert.guest.anthropic;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.guest.config.RuntimeHeaders;
import dev.culvert.guest.config.RuntimeRequests;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The request of an Anthropic-shaped runtime, made from the body of a chat completion. A body that
 * is in Anthropic's form already keeps every byte of its members; it only gets what the agent adds.
 */
public final class MessagesRequest {
    private static final String VERSION = "anthropic-version";
    private static final String BETA = "anthropic-beta";

    private final JsonValue chat;
    private final RuntimeRequests defaults;
    private final BodyWriter out;
    private final JsonGenerator json;
    private final Options options = new Options();
    private final Tools tools = new Tools();
    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private boolean isTranslated;
    private @Nullable JsonValue messages;
    private @Nullable JsonValue system;
    private @Nullable JsonValue maxTokens;

    private MessagesRequest(JsonValue chat, RuntimeRequests defaults, BodyWriter out) {
        this.chat = chat;
        this.defaults = defaults;
        this.out = out;
        json = out.json();
    }

    /**
     * Writes the request to {@code out}. Borrows both buffers.
     *
     * @param chat well-formed JSON: the body of a chat completion, or one in Anthropic's form with
     *     {@code "dialect":"anthropic"} (messages.md)
     * @param configured the headers that the host wants
     * @return the headers of the request, in which more may be put; their names are the same in
     *     upper and lower case
     * @throws UntranslatableException naming the member that the runtime cannot be sent
     */
    public static Map<String, String> write(
            ByteBuf chat, ByteBuf out, RuntimeRequests defaults, Map<String, String> configured)
            throws UntranslatableException {
        try (BodyWriter writer = new BodyWriter(out)) {
            MessagesRequest request = new MessagesRequest(JsonValue.of(chat), defaults, writer);
            request.headers.put(VERSION, defaults.anthropicVersion());
            request.headers.putAll(configured);
            request.write();
            return request.headers;
        } catch (UntranslatableException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }

    private void write() throws IOException {
        isTranslated = chat.member("dialect") == null;
        json.writeStartObject();
        chat.members(this::member);
        if (maxTokens == null) {
            json.writeNumberField("max_tokens", defaults.maxTokens());
        } else {
            out.copy("max_tokens", maxTokens);
        }
        if (messages != null) {
            writeConversation(messages);
        }
        if (isTranslated) {
            tools.write(out);
            options.write(out);
        }
        json.writeBooleanField("stream", true);
        json.writeEndObject();
    }

    private void member(String name, JsonValue value) throws IOException {
        if (defaults.leftOut().contains(name)) {
            return;
        }
        switch (name) {
            case "messages" -> messages = value;
            case "system" -> system = value.isNull() ? null : value;
            case "max_tokens" ->
                    maxTokens = value.isNull() || maxTokens != null ? maxTokens : value;
            case "max_completion_tokens" -> maxTokens = value.isNull() ? maxTokens : value;
            case "stream", "dialect" -> {}
            case "anthropic_version" -> header(VERSION, value);
            case "anthropic_beta" -> header(BETA, value);
            default -> {
                if (!isTranslated) {
                    out.copy(name, value);
                } else if (!tools.take(name, value)) {
                    options.take(name, value, out);
                }
            }
        }
    }

    /** A beta of the message is added to those that the host has configured. */
    private void header(String name, JsonValue value) throws UntranslatableException {
        String text = value.string();
        String before = name.equals(BETA) ? headers.get(BETA) : null;
        try {
            if (!value.isString()) {
                throw new IllegalArgumentException("it must be a string");
            }
            RuntimeHeaders.check(name, text);
        } catch (IllegalArgumentException e) {
            throw new UntranslatableException(
                    "'" + name.replace('-', '_') + "' cannot be sent: " + e.getMessage());
        }
        headers.put(name, before == null ? text : before + "," + text);
    }

    private void writeConversation(JsonValue all) throws IOException {
        Conversation conversation = new Conversation(all, out);
        boolean[] begun = new boolean[1];
        Parts.Begin begin =
                () -> {
                    if (!begun[0]) {
                        begun[0] = true;
                        json.writeArrayFieldStart("system");
                    }
                };
        if (isTranslated) {
            conversation.writeSystem(begin);
        } else {
            conversation.writeLeadingSystem(begin);
        }
        if (system != null) {
            new Parts(out).write("system", system, begin);
        }
        if (begun[0]) {
            json.writeEndArray();
        }
        json.writeArrayFieldStart("messages");
        if (isTranslated) {
            conversation.writeMessages();
        } else {
            conversation.copyRest();
        }
        json.writeEndArray();
    }
}
