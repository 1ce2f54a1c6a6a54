package dev.culvert.guest.runtime;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.guest.runtime.MessageEvent.Block;
import dev.culvert.guest.runtime.MessageEvent.Delta;
import dev.culvert.guest.runtime.MessageEvent.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a {@link MessageEvent}. */
final class MessageEventReader {
    private final String source;
    private final JsonParser json;

    private String type = "";
    private int index = -1;
    private final List<Block> blocks = new ArrayList<>();
    private Delta delta = Delta.NONE;
    private Map<String, String> usage = Map.of();
    private @Nullable Fault error;
    private @Nullable String stopReason;

    /** Of a complete message: what says how it ended. */
    private final Map<String, String> end = new LinkedHashMap<>();

    private MessageEventReader(String source, JsonParser json) {
        this.source = source;
        this.json = json;
    }

    /** Throws if {@code source} is not one JSON object of the right shape within the limits. */
    static MessageEvent read(String source) throws JsonProcessingException {
        try (JsonParser json = JsonReaders.JSON.createParser(source)) {
            return new MessageEventReader(source, json).read();
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory cannot be read", e);
        }
    }

    private MessageEvent read() throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new BadCompletionException("it must be an object");
        }
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            member(member, json.nextToken());
        }
        if (json.nextToken() != null) {
            throw new JsonParseException(json, "something follows the JSON object");
        }
        if (!end.isEmpty()) {
            delta = new Delta("", null, stopReason, end, "{}");
        }
        return new MessageEvent(type, index, blocks, delta, usage, error);
    }

    private void member(String name, JsonToken value) throws IOException {
        switch (name) {
            case "type" -> type = text(name, value);
            case "index" -> {
                expect(value == JsonToken.VALUE_NUMBER_INT, "'index' must be a whole number");
                index = json.getIntValue();
            }
            case "content_block" -> blocks.add(block(value));
            case "content" -> content(value);
            case "delta" -> delta = delta(value);
            case "usage" -> usage = members("usage", value);
            case "message" -> message(value);
            case "error" -> error = error(value);
            case "stop_reason" -> {
                stopReason = JsonReaders.text(json);
                end.put(name, MessagesJson.quoted(stopReason));
            }
            case "stop_sequence", "stop_details" -> end.put(name, raw());
            default -> json.skipChildren();
        }
    }

    /** Of {@code message_start}: only its usage is of interest. */
    private void message(JsonToken value) throws IOException {
        expect(value == JsonToken.START_OBJECT, "'message' must be an object");
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            JsonToken its = json.nextToken();
            if (member.equals("usage") && its != JsonToken.VALUE_NULL) {
                usage = members(member, its);
            } else {
                json.skipChildren();
            }
        }
    }

    private void content(JsonToken value) throws IOException {
        expect(value == JsonToken.START_ARRAY, "'content' must be an array of blocks");
        while (json.nextToken() != JsonToken.END_ARRAY) {
            blocks.add(block(json.currentToken()));
        }
    }

    private Block block(JsonToken value) throws IOException {
        expect(value == JsonToken.START_OBJECT, "a content block must be an object");
        int start = JsonReaders.offset(json) - 1;
        String kind = "";
        String id = "";
        String name = "";
        String words = "";
        String signature = null;
        String input = null;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            JsonToken its = json.nextToken();
            switch (member) {
                case "type" -> kind = text(member, its);
                case "id" -> id = textOr("", its);
                case "name" -> name = textOr("", its);
                case "text", "thinking" -> words = textOr(words, its);
                case "signature" -> {
                    String raw = raw();
                    signature = its == JsonToken.VALUE_STRING && raw.length() > 2 ? raw : null;
                }
                case "input" -> {
                    String raw = raw();
                    input = its == JsonToken.START_OBJECT ? raw : null;
                }
                default -> json.skipChildren();
            }
        }
        String all = source.substring(start, JsonReaders.offset(json));
        return new Block(kind, id, name, words, signature, input, all);
    }

    private Delta delta(JsonToken value) throws IOException {
        expect(value == JsonToken.START_OBJECT, "'delta' must be an object");
        int start = JsonReaders.offset(json) - 1;
        String kind = "";
        String words = null;
        String reason = null;
        Map<String, String> all = new LinkedHashMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            JsonToken its = json.nextToken();
            boolean isText = its == JsonToken.VALUE_STRING;
            switch (member) {
                case "type" -> kind = text(member, its);
                case "text", "thinking", "partial_json" -> {
                    expect(isText, "'" + member + "' must be a string");
                    words = json.getText();
                }
                case "stop_reason" -> {
                    reason = isText ? json.getText() : null;
                    all.put(member, raw());
                }
                default -> all.put(member, raw());
            }
        }
        return new Delta(
                kind, words, reason, all, source.substring(start, JsonReaders.offset(json)));
    }

    private Fault error(JsonToken value) throws IOException {
        if (value != JsonToken.START_OBJECT) {
            return new Fault("", textOr("it gave no reason", value));
        }
        String kind = "";
        String words = "";
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            JsonToken its = json.nextToken();
            switch (member) {
                case "type" -> kind = textOr("", its);
                case "message" -> words = textOr("", its);
                default -> json.skipChildren();
            }
        }
        return new Fault(kind, kind.isEmpty() && words.isBlank() ? "it gave no reason" : words);
    }

    private Map<String, String> members(String name, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_NULL) {
            return Map.of();
        }
        expect(value == JsonToken.START_OBJECT, "'" + name + "' must be an object");
        Map<String, String> all = new LinkedHashMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            json.nextToken();
            all.put(member, raw());
        }
        return all;
    }

    private String text(String name, JsonToken value) throws IOException {
        expect(value == JsonToken.VALUE_STRING, "'" + name + "' must be a string");
        return json.getText();
    }

    private String textOr(String otherwise, JsonToken value) throws IOException {
        String text = value == JsonToken.VALUE_STRING ? json.getText() : otherwise;
        json.skipChildren();
        return text;
    }

    /** The JSON text of the value at the parser. Reads the value to its end. */
    private String raw() throws IOException {
        int start = Math.toIntExact(json.currentTokenLocation().getCharOffset());
        json.finishToken();
        json.skipChildren();
        return source.substring(start, JsonReaders.offset(json));
    }

    private static void expect(boolean holds, String sentence) throws BadCompletionException {
        if (!holds) {
            throw new BadCompletionException(sentence);
        }
    }
}
