package dev.culvert.guest.runtime;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.guest.runtime.Completion.ToolCallPart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@link Completion}: a chunk of a stream, with a {@code delta}, or a complete answer, with
 * a {@code message}.
 */
final class CompletionReader {

    /** What is known of a choice; its index may come last. */
    private static final class Choice {
        private int index;
        private final StringBuilder text = new StringBuilder();
        private String reasoning = "";
        private List<ToolCallPart> toolCalls = List.of();
        private @Nullable String toolCallsJson;
        private @Nullable String finishReason;
    }

    private final String source;
    private final JsonParser json;

    private Choice first = new Choice();
    private boolean hasChoices;
    private @Nullable String usage;
    private @Nullable String error;

    private CompletionReader(String source, JsonParser json) {
        this.source = source;
        this.json = json;
    }

    /** Throws if {@code source} is not one JSON object within the limits. */
    static Completion read(String source) throws JsonProcessingException {
        try (JsonParser json = JsonReaders.JSON.createParser(source)) {
            return new CompletionReader(source, json).read();
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory cannot be read", e);
        }
    }

    private Completion read() throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new BadCompletionException("it must be an object");
        }
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            JsonToken value = json.nextToken();
            switch (member) {
                case "choices" -> choices(value);
                case "usage" -> usage(value);
                case "error" -> error(value);
                default -> json.skipChildren();
            }
        }
        if (json.nextToken() != null) {
            throw new JsonParseException(json, "something follows the JSON object");
        }
        return new Completion(
                hasChoices,
                first.text.toString(),
                first.reasoning,
                first.toolCalls,
                first.toolCallsJson,
                first.finishReason,
                usage,
                error);
    }

    private void usage(JsonToken value) throws IOException {
        int start = JsonReaders.offset(json) - 1;
        json.skipChildren();
        if (value == JsonToken.START_OBJECT) {
            usage = source.substring(start, JsonReaders.offset(json));
        }
    }

    private void error(JsonToken value) throws IOException {
        String sentence = JsonReaders.errorMessage(json);
        if (sentence != null && !sentence.isBlank()) {
            error = sentence;
        } else if (value == JsonToken.START_OBJECT) {
            error = "it gave no reason";
        }
    }

    private void choices(JsonToken value) throws IOException {
        if (!expect(JsonToken.START_ARRAY, value, "'choices' must be an array")) {
            return;
        }
        for (int place = 0; json.nextToken() != JsonToken.END_ARRAY; place++) {
            Choice choice = choice(place);
            if (choice.index == 0) {
                hasChoices = true;
                first = choice;
            }
        }
    }

    private Choice choice(int place) throws IOException {
        Choice choice = new Choice();
        choice.index = place;
        if (!expect(JsonToken.START_OBJECT, json.currentToken(), "a choice must be an object")) {
            return choice;
        }
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            JsonToken value = json.nextToken();
            switch (member) {
                case "index" ->
                        choice.index =
                                value == JsonToken.VALUE_NUMBER_INT ? json.getIntValue() : place;
                case "delta", "message" -> message(choice, member, value);
                case "text" -> content(choice, member, value);
                case "finish_reason" -> {
                    if (expect(JsonToken.VALUE_STRING, value, "'finish_reason' must be a string")) {
                        choice.finishReason = json.getText();
                    }
                }
                default -> json.skipChildren();
            }
        }
        return choice;
    }

    private void message(Choice choice, String name, JsonToken object) throws IOException {
        if (!expect(JsonToken.START_OBJECT, object, "'" + name + "' must be an object")) {
            return;
        }
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            JsonToken value = json.nextToken();
            switch (member) {
                case "content", "refusal" -> content(choice, member, value);
                // Servers use either name, and some use both for the same text.
                case "reasoning_content", "reasoning" -> {
                    String thought = JsonReaders.text(json);
                    choice.reasoning =
                            thought == null || thought.isEmpty() ? choice.reasoning : thought;
                }
                case "tool_calls" -> toolCalls(choice, value);
                case "function_call" -> functionCall(choice, value);
                default -> json.skipChildren();
            }
        }
    }

    private void content(Choice choice, String name, JsonToken value) throws IOException {
        if (value.isNumeric() || value.isBoolean()) {
            throw new BadCompletionException(
                    "'" + name + "' must be a string, or an array of parts");
        }
        JsonReaders.appendContent(json, choice.text);
    }

    private void toolCalls(Choice choice, JsonToken value) throws IOException {
        if (!expect(JsonToken.START_ARRAY, value, "'tool_calls' must be an array")) {
            return;
        }
        int start = JsonReaders.offset(json) - 1;
        List<ToolCallPart> parts = new ArrayList<>();
        for (int place = 0; json.nextToken() != JsonToken.END_ARRAY; place++) {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw new BadCompletionException("a tool call must be an object");
            }
            parts.add(ToolCallReader.toolCall(json, place));
        }
        if (!parts.isEmpty()) {
            choice.toolCalls = parts;
            choice.toolCallsJson = source.substring(start, JsonReaders.offset(json));
        }
    }

    /**
     * Rewrites the older form of a tool call as the newer one, so that the allow-list checks only
     * one.
     */
    private void functionCall(Choice choice, JsonToken value) throws IOException {
        if (!expect(JsonToken.START_OBJECT, value, "'function_call' must be an object")) {
            return;
        }
        if (!choice.toolCalls.isEmpty()) {
            json.skipChildren();
            return;
        }
        int start = JsonReaders.offset(json) - 1;
        choice.toolCalls = List.of(ToolCallReader.functionCall(json));
        choice.toolCallsJson =
                "[{\"index\":0,\"type\":\"function\",\"function\":"
                        + source.substring(start, JsonReaders.offset(json))
                        + "}]";
    }

    /**
     * Whether the value is of this kind. JSON's null is allowed and ignored; any other kind throws.
     */
    private static boolean expect(JsonToken kind, JsonToken value, String sentence)
            throws BadCompletionException {
        if (value != kind && value != JsonToken.VALUE_NULL) {
            throw new BadCompletionException(sentence);
        }
        return value == kind;
    }
}
