package dev.culvert.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** JSON as maps, lists, strings, booleans, {@link java.math.BigDecimal} and null. */
final class Json {
    private static final JsonFactory LENIENT = new JsonFactory();
    private static final JsonFactory STRICT =
            JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private Json() {}

    /** Reads one of our own files, in which no member may appear twice. */
    static Map<String, @Nullable Object> file(Path path) {
        try {
            return object(STRICT, Files.readAllBytes(path));
        } catch (IOException e) {
            throw new UncheckedIOException(path + " cannot be read as JSON", e);
        }
    }

    /** Reads bytes from the wire, where the last of several equal members counts. */
    static Map<String, @Nullable Object> wire(byte[] bytes) {
        try {
            return object(LENIENT, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Map<String, @Nullable Object> members(@Nullable Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("not an object: " + value);
        }
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        map.forEach((name, member) -> members.put((String) name, member));
        return members;
    }

    static Stream<String> strings(@Nullable Object value) {
        if (!(value instanceof List<?> list)) {
            throw new IllegalArgumentException("not an array: " + value);
        }
        return list.stream().map(String.class::cast);
    }

    private static Map<String, @Nullable Object> object(JsonFactory factory, byte[] bytes)
            throws IOException {
        try (JsonParser parser = factory.createParser(bytes)) {
            parser.nextToken();
            Map<String, @Nullable Object> object = members(value(parser));
            if (parser.nextToken() != null) {
                throw new IOException("more than one value");
            }
            return object;
        }
    }

    private static @Nullable Object value(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            Map<String, @Nullable Object> members = new LinkedHashMap<>();
            for (String name = parser.nextFieldName();
                    name != null;
                    name = parser.nextFieldName()) {
                parser.nextToken();
                members.put(name, value(parser));
            }
            return members;
        }
        if (token == JsonToken.START_ARRAY) {
            List<@Nullable Object> elements = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                elements.add(value(parser));
            }
            return elements;
        }
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        if (token.isBoolean()) {
            return parser.getBooleanValue();
        }
        return token.isNumeric() ? parser.getDecimalValue() : parser.getText();
    }
}
