package dev.culvert.guest.runtime;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.guest.runtime.Completion.ToolCallPart;
import java.io.IOException;

/**
 * Reads one element of a {@code tool_calls} array, or one {@code function_call}, as far as the
 * allow-list needs it.
 */
final class ToolCallReader {

    private int index;
    private String id = "";
    private String name = "";
    private boolean hasArguments;

    private ToolCallReader(int index) {
        this.index = index;
    }

    /** Reads the object at the parser. */
    static ToolCallPart toolCall(JsonParser json, int place) throws IOException {
        ToolCallReader reader = new ToolCallReader(place);
        reader.call(json);
        return reader.part();
    }

    /** Reads the object at the parser. */
    static ToolCallPart functionCall(JsonParser json) throws IOException {
        ToolCallReader reader = new ToolCallReader(0);
        reader.function(json);
        return reader.part();
    }

    private ToolCallPart part() {
        return new ToolCallPart(index, id, name, hasArguments);
    }

    private void call(JsonParser json) throws IOException {
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            JsonToken value = json.nextToken();
            switch (member) {
                case "function", "custom" -> function(json);
                case "index" -> {
                    if (value == JsonToken.VALUE_NUMBER_INT) {
                        index = json.getIntValue();
                    }
                }
                case "id" -> id = textOrEmpty(json);
                default -> json.skipChildren();
            }
        }
    }

    private void function(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            JsonToken value = json.nextToken();
            switch (member) {
                // Joined, so that a call with both a function and a custom tool passes under
                // neither name alone.
                case "name" -> name += textOrEmpty(json);
                case "arguments", "input" -> {
                    hasArguments |=
                            value == JsonToken.VALUE_STRING
                                    ? json.getTextLength() > 0
                                    : value != JsonToken.VALUE_NULL;
                    json.skipChildren();
                }
                default -> json.skipChildren();
            }
        }
    }

    private static String textOrEmpty(JsonParser json) throws IOException {
        String text = JsonReaders.text(json);
        return text == null ? "" : text;
    }
}
