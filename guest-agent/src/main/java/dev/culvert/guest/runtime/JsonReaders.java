package dev.culvert.guest.runtime;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What the readers of the runtime's JSON share. */
final class JsonReaders {
    /**
     * Less than a frame may have (framing.md): what is handed on stands some levels deeper there.
     */
    private static final int MAX_DEPTH = 60;

    /**
     * Duplicate members are refused: two readers could take different ones for the name of a tool.
     */
    static final JsonFactory JSON =
            JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                    .build();

    private JsonReaders() {}

    /**
     * Reads the value the parser stands on: a text, a part, or an array of either. Parts that are
     * no text are passed over.
     */
    static void appendContent(JsonParser json, StringBuilder text) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            text.append(json.getText());
        } else if (json.isExpectedStartArrayToken()) {
            while (json.nextToken() != JsonToken.END_ARRAY) {
                appendContent(json, text);
            }
        } else if (json.isExpectedStartObjectToken()) {
            appendPart(json, text);
        }
    }

    private static void appendPart(JsonParser json, StringBuilder text) throws IOException {
        String type = "text";
        String words = "";
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            JsonToken value = json.nextToken();
            if (value != JsonToken.VALUE_STRING) {
                json.skipChildren();
            } else if (member.equals("type")) {
                type = json.getText();
            } else if (member.equals("text") || member.equals("refusal")) {
                words = json.getText();
            }
        }
        if (type.equals("text") || type.equals("output_text") || type.equals("refusal")) {
            text.append(words);
        }
    }

    /**
     * The sentence in an error, wherever the runtime put it, from the value the parser stands on;
     * null where there is none.
     */
    static @Nullable String errorMessage(JsonParser json) throws IOException {
        String found = null;
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            return json.getText();
        }
        if (json.isExpectedStartArrayToken()) {
            while (json.nextToken() != JsonToken.END_ARRAY) {
                String inside = errorMessage(json);
                found = found == null ? inside : found;
            }
        } else if (json.isExpectedStartObjectToken()) {
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String member = json.currentName();
                json.nextToken();
                switch (member) {
                    case "error", "message", "detail", "msg" -> {
                        String inside = errorMessage(json);
                        found = found == null ? inside : found;
                    }
                    default -> json.skipChildren();
                }
            }
        }
        return found;
    }

    /** The sentence in the body of an error: a JSON object's, or the body itself. */
    static String errorMessage(String body) {
        try (JsonParser json = JSON.createParser(body)) {
            json.nextToken();
            String found = errorMessage(json);
            return found == null ? body : found;
        } catch (IOException _) {
            return body;
        }
    }

    /** The value the parser stands on when it is a string, else null; read to its end. */
    static @Nullable String text(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            return json.getText();
        }
        json.skipChildren();
        return null;
    }

    /**
     * How many characters of a text have been read: just after the bracket when the parser stands
     * on one.
     */
    static int offset(JsonParser json) {
        return Math.toIntExact(json.currentLocation().getCharOffset());
    }
}
