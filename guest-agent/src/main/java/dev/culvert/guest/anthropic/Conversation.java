package dev.culvert.guest.anthropic;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes the messages of a chat completion as those of a Messages request: system messages become
 * blocks of {@code system}, the results of tools blocks of the user, and neighbours of one role one
 * message, since the results of one round must be in one.
 */
final class Conversation {
    private static final String USER = "user";
    private static final String ASSISTANT = "assistant";

    private final JsonValue messages;
    private final BodyWriter out;
    private final JsonGenerator json;
    private final Parts parts;

    /** The role of the message that is being written; empty before the first. */
    private String role = "";

    /** Where the first message begins that is not of the system; -1 if there is none. */
    private int rest = -1;

    Conversation(JsonValue messages, BodyWriter out) {
        this.messages = messages;
        this.out = out;
        json = out.json();
        parts = new Parts(out);
    }

    /** Writes the blocks of all system messages. */
    void writeSystem(Parts.Begin begin) throws IOException {
        messages.elements((place, message) -> {
            if (isSystem(message)) {
                parts.write("messages[" + place + "].content", message.member("content"), begin);
            }
        });
    }

    /** Writes the blocks of the system messages before all others. */
    void writeLeadingSystem(Parts.Begin begin) throws IOException {
        messages.elements((place, message) -> {
            if (rest < 0 && isSystem(message)) {
                parts.write("messages[" + place + "].content", message.member("content"), begin);
            } else if (rest < 0) {
                rest = message.start();
            }
        });
    }

    /** Copies the messages after {@link #writeLeadingSystem those}. */
    void copyRest() throws IOException {
        if (rest >= 0) {
            out.beginValue().writeBytes(messages.text(), rest, messages.end() - 1 - rest);
        }
    }

    private static boolean isSystem(JsonValue message) throws IOException {
        JsonValue role = message.member("role");
        String word = role == null ? "" : role.string();
        return word.equals("system") || word.equals("developer");
    }

    /** Writes all other messages. */
    void writeMessages() throws IOException {
        messages.elements((place, message) -> message("messages[" + place + "]", message));
        if (role.isEmpty()) {
            throw new UntranslatableException(
                    "'messages' must contain words of the user, and not only of the system");
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void message(String where, JsonValue message) throws IOException {
        JsonValue its = message.member("role");
        String word = its == null ? "" : its.string();
        JsonValue content = message.member("content");
        String inside = where + ".content";
        switch (word) {
            case "system", "developer" -> {}
            case USER -> parts.write(inside, content, () -> speak(USER));
            case ASSISTANT -> assistant(where, message, content);
            case "tool" -> result(where, message, content);
            default ->
                    throw new UntranslatableException(
                            "'"
                                    + where
                                    + ".role' must be system, developer, user, assistant or tool");
        }
    }

    /** The next block is of this role. */
    private void speak(String next) throws IOException {
        if (role.equals(next)) {
            return;
        }
        if (!role.isEmpty()) {
            json.writeEndArray();
            json.writeEndObject();
        }
        role = next;
        json.writeStartObject();
        json.writeStringField("role", next);
        json.writeArrayFieldStart("content");
    }

    private void assistant(String where, JsonValue message, @Nullable JsonValue content)
            throws IOException {
        parts.write(where + ".content", content, () -> speak(ASSISTANT));
        parts.write(where + ".refusal", message.member("refusal"), () -> speak(ASSISTANT));
        JsonValue function = message.member("function_call");
        if (function != null && !function.isNull()) {
            throw new UntranslatableException(
                    "'" + where + ".function_call' is out of date: use 'tool_calls'");
        }
        JsonValue calls = message.member("tool_calls");
        if (calls != null) {
            calls.elements((place, call) -> call(where + ".tool_calls[" + place + "]", call));
        }
    }

    private void call(String where, JsonValue call) throws IOException {
        JsonValue function = call.member("function");
        JsonValue id = call.member("id");
        JsonValue name = function == null ? null : function.member("name");
        if (function == null || id == null || name == null) {
            throw new UntranslatableException(
                    "'" + where + "' must have an 'id' and a 'function' with a 'name'");
        }
        speak(ASSISTANT);
        json.writeStartObject();
        json.writeStringField("type", "tool_use");
        out.copy("id", id);
        out.copy("name", name);
        json.writeFieldName("input");
        input(where + ".function.arguments", function.member("arguments"));
        json.writeEndObject();
    }

    /** Arguments are an object in a string; that of a call without any may be empty. */
    private void input(String where, @Nullable JsonValue arguments) throws IOException {
        if (arguments == null || arguments.isNull() || isEmptyText(arguments)) {
            json.writeStartObject();
            json.writeEndObject();
        } else if (arguments.isObject()) {
            out.copy(arguments);
        } else {
            ByteBuf to = out.beginValue();
            int start = to.writerIndex();
            arguments.unescapeInto(to);
            try {
                JsonText.checkObject(to.slice(start, to.writerIndex() - start));
            } catch (BadJsonException e) {
                throw new UntranslatableException(
                        "'" + where + "' must be a string that contains a JSON object");
            }
        }
    }

    private static boolean isEmptyText(JsonValue value) {
        return value.isString() && value.isEmpty();
    }

    private void result(String where, JsonValue message, @Nullable JsonValue content)
            throws IOException {
        JsonValue id = message.member("tool_call_id");
        if (id == null || !id.isString()) {
            throw new UntranslatableException("'" + where + ".tool_call_id' must be a string");
        }
        speak(USER);
        json.writeStartObject();
        json.writeStringField("type", "tool_result");
        out.copy("tool_use_id", id);
        json.writeArrayFieldStart("content");
        parts.write(where + ".content", content, () -> {});
        json.writeEndArray();
        for (String more : new String[] {"is_error", "cache_control"}) {
            JsonValue value = message.member(more);
            if (value != null) {
                out.copy(more, value);
            }
        }
        json.writeEndObject();
    }
}
