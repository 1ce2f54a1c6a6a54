package dev.culvert.identity;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.frame.Frame;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The members of the payload of a handshake, which is small and strict. */
final class Members {
    /** A peer is not known yet, so little is read of what it sends. */
    static final int MOST_BYTES = 16 << 10;

    static final int MOST_FEATURES = 100;
    static final int MOST_FACTS = 32;

    private static final long MOST_EXACT = (1L << 53) - 1;

    private final String type;
    private final Map<String, Object> values = new HashMap<>();

    private Members(String type) {
        this.type = type;
    }

    /** Borrows {@code frame}, which was checked to be well-formed. */
    static Members of(Frame frame) throws BadHandshakeException {
        Members members = new Members(frame.type().wireName());
        int bytes = frame.payload().readableBytes();
        if (bytes > MOST_BYTES) {
            throw members.bad("has a payload of " + bytes + " bytes, and may have " + MOST_BYTES);
        }
        try (JsonParser parser = JsonText.parser(frame.payload())) {
            members.read(parser);
        } catch (IOException e) {
            throw members.bad("cannot be read: " + Quoted.message(e));
        }
        return members;
    }

    private void read(JsonParser parser) throws IOException, BadHandshakeException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw bad("needs a payload that is an object");
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            if (values.put(name, value(parser)) != null) {
                throw bad("has a member twice");
            }
        }
    }

    /** As far as the protocol has such values; others become null's text, which fits nothing. */
    private static Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_STRING -> parser.getText();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NUMBER_INT -> number(parser.getText());
            case START_ARRAY -> texts(parser);
            case START_OBJECT -> named(parser);
            default -> Other.VALUE;
        };
    }

    private enum Other {
        VALUE
    }

    private static Object number(String digits) {
        boolean fits = digits.length() <= 16 && digits.charAt(0) != '-';
        long number = fits ? Long.parseLong(digits) : -1;
        return number < 0 || number > MOST_EXACT ? Other.VALUE : number;
    }

    private static Object texts(JsonParser parser) throws IOException {
        List<String> texts = new ArrayList<>();
        boolean good = true;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            good &= parser.currentToken() == JsonToken.VALUE_STRING;
            if (good) {
                texts.add(parser.getText());
            }
            parser.skipChildren();
        }
        return good ? List.copyOf(texts) : Other.VALUE;
    }

    private static Object named(JsonParser parser) throws IOException {
        Map<String, String> texts = new LinkedHashMap<>();
        boolean good = true;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            good &= parser.nextToken() == JsonToken.VALUE_STRING;
            if (good) {
                texts.put(name, parser.getText());
            }
            parser.skipChildren();
        }
        return good ? texts : Other.VALUE;
    }

    /** A string that must be there and match. */
    String text(String name, Pattern pattern, String takes) throws BadHandshakeException {
        if (values.get(name) instanceof String text && pattern.matcher(text).matches()) {
            return text;
        }
        throw bad("needs '" + name + "', " + takes);
    }

    /** A string that matches; empty if it is not there. */
    String optional(String name, Pattern pattern, String takes) throws BadHandshakeException {
        return values.get(name) == null || "".equals(values.get(name))
                ? ""
                : text(name, pattern, takes);
    }

    /** A string for people; empty if it is not there. */
    String words(String name) throws BadHandshakeException {
        Object value = values.getOrDefault(name, "");
        if (value instanceof String text) {
            return Quoted.sentence(text);
        }
        throw bad("has a '" + name + "' that is no string");
    }

    /** A public key; null if there is none. */
    @Nullable AgentKey key(String name) throws BadHandshakeException {
        Object value = values.get(name);
        if (value == null) {
            return null;
        }
        try {
            return new AgentKey(value instanceof String text ? text : "");
        } catch (IllegalArgumentException _) {
            throw bad("has a '" + name + "' that is not 32 bytes in base64url without padding");
        }
    }

    /** A whole number from 0 to 2^53-1; {@code otherwise} if it is not there. */
    long number(String name, long otherwise) throws BadHandshakeException {
        Object value = values.getOrDefault(name, otherwise);
        if (value instanceof Long number) {
            return number;
        }
        throw bad("needs '" + name + "', a whole number from 0 to 2^53-1");
    }

    boolean flag(String name) throws BadHandshakeException {
        if (values.getOrDefault(name, false) instanceof Boolean flag) {
            return flag;
        }
        throw bad("has a '" + name + "' that is neither true nor false");
    }

    /** Strings for people; none if it is not there. */
    List<String> list(String name) throws BadHandshakeException {
        Object value = values.getOrDefault(name, List.of());
        if (value instanceof List<?> list && list.size() <= MOST_FEATURES) {
            return list.stream().map(it -> Quoted.word(it.toString())).toList();
        }
        throw bad("has a '" + name + "' that is not a list of up to 100 strings");
    }

    /** Named strings for people; none if it is not there. */
    Map<String, String> map(String name) throws BadHandshakeException {
        Object value = values.getOrDefault(name, Map.of());
        if (value instanceof Map<?, ?> map && map.size() <= MOST_FACTS) {
            Map<String, String> quoted = new LinkedHashMap<>();
            map.forEach((key, text) ->
                    quoted.put(Quoted.word(key.toString()), Quoted.word(text.toString())));
            return quoted;
        }
        throw bad("has a '" + name + "' that is not an object of up to 32 strings");
    }

    BadHandshakeException bad(String what) {
        return new BadHandshakeException("a '" + type + "' " + what);
    }
}
