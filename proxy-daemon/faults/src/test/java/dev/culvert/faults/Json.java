package dev.culvert.faults;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Reads the strings, numbers and booleans among the members of one JSON object. */
final class Json {
    private static final JsonFactory JSON = new JsonFactory();

    private Json() {}

    static Map<String, String> members(String text) {
        Map<String, String> members = new HashMap<>();
        try (JsonParser json = JSON.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new AssertionError("no JSON object: " + text);
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                if (json.nextToken().isScalarValue()) {
                    members.put(name, json.getText());
                } else {
                    json.skipChildren();
                }
            }
            return members;
        } catch (IOException e) {
            throw new AssertionError("no JSON: " + text, e);
        }
    }
}
