package dev.culvert.guest.desired;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The members of a JSON object. Each value is kept as its JSON text, so that a number is passed on
 * exactly as it came.
 */
public final class JsonObject {
    private static final int SMALL_BYTES = 16 << 10;
    private static final long MAX_SAFE_INTEGER = (1L << 53) - 1;

    /** The value of one member: its kind, and its JSON text. */
    record Value(JsonToken kind, String text) {
        boolean isString() {
            return kind == JsonToken.VALUE_STRING;
        }

        boolean isNull() {
            return kind == JsonToken.VALUE_NULL;
        }

        /** The content of a JSON string. */
        String string() throws InvalidPayloadException {
            try (JsonParser parser = JsonText.parser(copied(text))) {
                parser.nextToken();
                return parser.getText();
            } catch (IOException e) {
                throw new InvalidPayloadException("a string cannot be read: " + why(e));
            }
        }
    }

    private final Map<String, Value> members;

    private JsonObject(Map<String, Value> members) {
        this.members = members;
    }

    /**
     * Borrows {@code payload}, which is well-formed JSON.
     *
     * @param what how errors name the payload
     */
    static JsonObject read(String what, ByteBuf payload) throws InvalidPayloadException {
        try {
            return read(what, payload, JsonText.parser(payload));
        } catch (IOException e) {
            throw new InvalidPayloadException(what + " cannot be read: " + why(e));
        }
    }

    /**
     * Reads with a parser of the caller, and closes it.
     *
     * @param parser at the start of {@code payload}
     */
    static JsonObject read(String what, ByteBuf payload, JsonParser parser)
            throws InvalidPayloadException, IOException {
        Map<String, Value> members = new LinkedHashMap<>();
        try (parser) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new InvalidPayloadException(what + " must be a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (members.put(name, value(parser, payload)) != null) {
                    throw new InvalidPayloadException(what + " has '" + name + "' twice");
                }
            }
        }
        return new JsonObject(members);
    }

    /** What is wrong, and where, in one line; the library's own message has several. */
    static String why(IOException e) {
        if (!(e instanceof JsonProcessingException json)) {
            return String.valueOf(e.getMessage());
        }
        JsonLocation at = json.getLocation();
        return json.getOriginalMessage()
                + (at == null
                        ? ""
                        : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")");
    }

    /** Like {@link #read(String, ByteBuf)}, for a payload that contains only a few numbers. */
    public static JsonObject readSmall(String what, ByteBuf payload)
            throws InvalidPayloadException {
        if (payload.readableBytes() > SMALL_BYTES) {
            throw new InvalidPayloadException(
                    what
                            + " has "
                            + payload.readableBytes()
                            + " bytes; the agent reads at most "
                            + SMALL_BYTES);
        }
        return read(what, payload);
    }

    /** Reads the members of an object that is itself a member. */
    static JsonObject read(String what, Value value) throws InvalidPayloadException {
        return read(what, copied(value.text()));
    }

    /** The elements of an array. */
    static List<Value> elements(String what, Value array) throws InvalidPayloadException {
        ByteBuf text = copied(array.text());
        List<Value> elements = new ArrayList<>();
        try (JsonParser parser = JsonText.parser(text)) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                throw new InvalidPayloadException(what + " must be a list");
            }
            Value element = value(parser, text);
            while (element.kind() != JsonToken.END_ARRAY) {
                elements.add(element);
                element = value(parser, text);
            }
        } catch (IOException e) {
            throw new InvalidPayloadException(what + " cannot be read: " + why(e));
        }
        return elements;
    }

    private static ByteBuf copied(String text) {
        return Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Value value(JsonParser parser, ByteBuf payload) throws IOException {
        JsonToken kind = parser.nextToken();
        int start = (int) parser.currentTokenLocation().getByteOffset();
        parser.finishToken();
        parser.skipChildren();
        int end = (int) parser.currentLocation().getByteOffset();
        String text =
                payload.toString(
                        payload.readerIndex() + start, end - start, StandardCharsets.UTF_8);
        return new Value(kind, text);
    }

    @Nullable Value get(String name) {
        return members.get(name);
    }

    /** An integer from {@code least} to 2^53-1, written in digits; it must be there. */
    public long integer(String name, long least) throws InvalidPayloadException {
        Value value = members.get(name);
        if (value != null
                && value.kind() == JsonToken.VALUE_NUMBER_INT
                && value.text().charAt(0) != '-'
                && value.text().length() <= 16) {
            long number = Long.parseLong(value.text());
            if (number >= least && number <= MAX_SAFE_INTEGER) {
                return number;
            }
        }
        throw new InvalidPayloadException(
                "'" + name + "' must be an integer from " + least + " to " + MAX_SAFE_INTEGER);
    }

    /**
     * As {@link #integer(String, long)}, at most {@code most}; {@code otherwise} if it is absent.
     */
    public long integer(String name, long least, long most, long otherwise)
            throws InvalidPayloadException {
        if (!members.containsKey(name)) {
            return otherwise;
        }
        long number = integer(name, least);
        if (number > most) {
            throw new InvalidPayloadException(
                    "'" + name + "' must be an integer from " + least + " to " + most);
        }
        return number;
    }

    /** True or false; it must be there. */
    public boolean bool(String name) throws InvalidPayloadException {
        Value value = members.get(name);
        if (value == null
                || (value.kind() != JsonToken.VALUE_TRUE
                        && value.kind() != JsonToken.VALUE_FALSE)) {
            throw new InvalidPayloadException("'" + name + "' must be true or false");
        }
        return value.kind() == JsonToken.VALUE_TRUE;
    }

    Map<String, Value> members() {
        return members;
    }
}
