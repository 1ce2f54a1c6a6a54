package dev.culvert.tools;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonParsers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The arguments of one call, as a model wrote them. */
public final class Arguments {
    /** A value of a kind that no built-in tool takes; tools of others may. */
    private static final Object OTHER = new Object();

    private final String json;
    private final Map<String, Object> values;

    private Arguments(String json, Map<String, Object> values) {
        this.json = json;
        this.values = values;
    }

    /**
     * Reads a JSON object.
     *
     * @param json empty for none
     */
    public static Arguments read(String json) throws ToolException {
        if (json.isBlank()) {
            return new Arguments("{}", Map.of());
        }
        try (JsonParser parser = JsonParsers.of(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new ToolException("the arguments must be a JSON object");
            }
            Map<String, Object> values = new LinkedHashMap<>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                Object value = value(parser);
                if (value != null && values.put(name, value) != null) {
                    throw new ToolException(
                            "the arguments contain '" + Quoted.word(name) + "' twice");
                }
            }
            if (parser.nextToken() != null) {
                throw new ToolException("something follows the arguments, which are one object");
            }
            return new Arguments(json.strip(), values);
        } catch (IOException e) {
            throw new ToolException("the arguments are not JSON: " + Quoted.message(e), e);
        }
    }

    private static @Nullable Object value(JsonParser parser) throws IOException {
        return switch (parser.nextToken()) {
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case START_ARRAY -> strings(parser);
            default -> other(parser);
        };
    }

    private static Object integer(JsonParser parser) throws IOException {
        return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                ? OTHER
                : parser.getLongValue();
    }

    private static Object strings(JsonParser parser) throws IOException {
        List<String> strings = new ArrayList<>();
        boolean only = true;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() == JsonToken.VALUE_STRING) {
                strings.add(parser.getText());
            } else {
                only = false;
                parser.skipChildren();
            }
        }
        return only ? List.copyOf(strings) : OTHER;
    }

    private static Object other(JsonParser parser) throws IOException {
        parser.skipChildren();
        return OTHER;
    }

    /** All of them, as they were written: one JSON object. */
    public String json() {
        return json;
    }

    private static ToolException wrong(String name, String kind) {
        return new ToolException("'" + Quoted.word(name) + "' must be " + kind);
    }

    String string(String name) throws ToolException {
        String value = string(name, null);
        if (value == null) {
            throw new ToolException("'" + name + "' is missing");
        }
        return value;
    }

    @Nullable String string(String name, @Nullable String otherwise) throws ToolException {
        Object value = values.get(name);
        if (value != null && !(value instanceof String)) {
            throw wrong(name, "a string");
        }
        return value == null ? otherwise : (String) value;
    }

    long integer(String name, long least, long otherwise) throws ToolException {
        Object value = values.get(name);
        if (value == null) {
            return otherwise;
        }
        if (!(value instanceof Long number) || number < least) {
            throw wrong(name, "an integer from " + least);
        }
        return number;
    }

    boolean isTrue(String name) throws ToolException {
        Object value = values.get(name);
        if (value != null && !(value instanceof Boolean)) {
            throw wrong(name, "true or false");
        }
        return Boolean.TRUE.equals(value);
    }

    @SuppressWarnings("unchecked") // only lists of strings are read
    List<String> strings(String name) throws ToolException {
        Object value = values.get(name);
        if (value != null && !(value instanceof List)) {
            throw wrong(name, "a list of strings");
        }
        return value == null ? List.of() : (List<String>) value;
    }

    /** Refuses arguments that the tool would ignore: the model meant something by them. */
    void only(String... names) throws ToolException {
        for (String name : values.keySet()) {
            if (!List.of(names).contains(name)) {
                throw new ToolException(
                        "there is no argument '"
                                + Quoted.word(name)
                                + "'; there are "
                                + String.join(", ", names));
            }
        }
    }
}
