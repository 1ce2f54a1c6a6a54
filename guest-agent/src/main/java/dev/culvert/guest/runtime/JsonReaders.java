package dev.culvert.guest.runtime;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Shared by the readers of the runtime's JSON. */
final class JsonReaders {
    /**
     * Less than a frame may have (framing.md): what is passed on is nested some levels deeper
     * there.
     */
    private static final int MAX_DEPTH = 60;

    /** In UTF-8 three times as long, which is what a frame may have. */
    private static final int MAX_NAME_CHARS = 16_600;

    /** A longer text would be several times in the agent's small heap. */
    private static final int MOST_TEXT_CHARS = 4 << 20;

    /** Refuses duplicate members: of two names of a tool, two readers could take different ones. */
    static final JsonFactory JSON =
            JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(MAX_DEPTH)
                                    .maxNameLength(MAX_NAME_CHARS)
                                    .maxStringLength(MOST_TEXT_CHARS)
                                    .build())
                    .build();

    private JsonReaders() {}

    /**
     * Appends the value at the parser: a text, a part, or an array of either. Parts other than text
     * are skipped.
     *
     * @throws IOException also when the text is too long to be kept
     */
    static void appendContent(JsonParser json, StringBuilder text) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            append(json.getText(), text);
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
            append(words, text);
        }
    }

    private static void append(String words, StringBuilder text) throws IOException {
        if (text.length() + words.length() > MOST_TEXT_CHARS) {
            throw new IOException("the text has over " + MOST_TEXT_CHARS + " characters");
        }
        text.append(words);
    }

    /**
     * The message of an error, wherever the runtime put it in the value at the parser; null if
     * there is none.
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

    /** The message in the body of an error, or the body itself if that is not JSON. */
    static String errorMessage(String body) {
        try (JsonParser json = JSON.createParser(body)) {
            json.nextToken();
            String found = errorMessage(json);
            return found == null ? body : found;
        } catch (IOException _) {
            return body;
        }
    }

    /** The value at the parser if it is a string, else null. Reads the value to its end. */
    static @Nullable String text(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            return json.getText();
        }
        json.skipChildren();
        return null;
    }

    /** How many characters the parser has read. At a bracket, that is the position after it. */
    static int offset(JsonParser json) {
        return Math.toIntExact(json.currentLocation().getCharOffset());
    }
}
