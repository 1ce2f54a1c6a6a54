package dev.culvert.guest.connection;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One JSON value: its members if it is an object, its elements if it is an array, and its text. */
record JsonTree(Map<String, JsonTree> members, List<JsonTree> elements, String text) {
    private static final JsonFactory JSON = new JsonFactory();

    static JsonTree read(String json) {
        try (JsonParser parser = JSON.createParser(json)) {
            parser.nextToken();
            return value(parser, json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean has(String name) {
        return members.containsKey(name);
    }

    JsonTree get(String name) {
        return Objects.requireNonNull(members.get(name), () -> "no " + name + " in " + text);
    }

    /** The value of a member, without the quotes of a string; null if there is none. */
    @Nullable String find(String name) {
        JsonTree member = members.get(name);
        return member == null || member.text.equals("null")
                ? null
                : member.text.replaceAll("^\"|\"$", "");
    }

    String string(String name) {
        return Objects.requireNonNull(find(name), () -> "no " + name + " in " + text);
    }

    private static JsonTree value(JsonParser parser, String json) throws IOException {
        int start = (int) parser.currentTokenLocation().getCharOffset();
        Map<String, JsonTree> members = new LinkedHashMap<>();
        List<JsonTree> elements = new ArrayList<>();
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            for (String name = parser.nextFieldName();
                    name != null;
                    name = parser.nextFieldName()) {
                parser.nextToken();
                members.put(name, value(parser, json));
            }
        } else if (parser.currentToken() == JsonToken.START_ARRAY) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                elements.add(value(parser, json));
            }
        }
        parser.finishToken();
        int end = (int) parser.currentLocation().getCharOffset();
        return new JsonTree(members, elements, json.substring(start, end));
    }
}
