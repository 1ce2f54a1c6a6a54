package dev.culvert.guest.tools;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.guest.approvals.Packing;
import dev.culvert.guest.approvals.Unpacking;
import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The tool calls of one answer, put together from their fragments. */
/* All are kept until the end: only then it is known whose tool each name is. */
final class AnswerCalls {
    private static final int MOST_CHARS = 1 << 20;

    /**
     * One call.
     *
     * @param arguments a JSON text, or what the model wrote instead
     */
    record Call(String id, String name, String arguments) {
        Call withId(String fresh) {
            return new Call(fresh, name, arguments);
        }

        Call withArguments(String other) {
            return new Call(id, name, other);
        }

        void pack(Packing to) {
            to.text(id).text(name).text(arguments);
        }

        static Call read(Unpacking in) throws IOException {
            return new Call(in.text(), in.text(), in.text());
        }

        /** Whether the arguments are one JSON object. */
        boolean isObject() {
            try {
                JsonText.checkObject(Unpooled.copiedBuffer(arguments, StandardCharsets.UTF_8));
                return true;
            } catch (BadJsonException e) {
                return false;
            }
        }
    }

    private static final class Growing {
        private String id = "";
        private String name = "";
        private final StringBuilder arguments = new StringBuilder();

        Call call() {
            return new Call(id, name, JsonTexts.wellFormed(arguments.toString()).strip());
        }
    }

    private final List<String> fragments = new ArrayList<>();
    private final List<Growing> calls = new ArrayList<>();
    private final Map<Integer, Growing> byIndex = new HashMap<>();
    private int chars;

    /** False if that is more than an answer may have. */
    boolean add(String rawJson) {
        fragments.add(rawJson);
        chars += rawJson.length();
        return chars <= MOST_CHARS;
    }

    /** Whether there are any. */
    boolean isEmpty() {
        return fragments.isEmpty();
    }

    /** As they came. */
    List<String> fragments() {
        return fragments;
    }

    /** Reads the fragments, once. */
    List<Call> read() throws IOException {
        for (String fragment : fragments) {
            ByteBuf text = Unpooled.copiedBuffer(fragment, StandardCharsets.UTF_8);
            try (JsonParser json = JsonText.parser(text)) {
                json.nextToken();
                for (int place = 0; json.nextToken() == JsonToken.START_OBJECT; place++) {
                    element(json, place);
                }
            }
        }
        return calls.stream().map(Growing::call).toList();
    }

    /** The calls of other tools, after {@link #read}: one array of fragments; empty for none. */
    String othersThan(Predicate<String> isMine) {
        StringBuilder json = new StringBuilder();
        int index = 0;
        for (Growing call : calls) {
            if (isMine.test(call.name)) {
                continue;
            }
            json.append(index == 0 ? "[" : ",")
                    .append("{\"index\":")
                    .append(index++)
                    .append(",\"id\":")
                    .append(JsonTexts.quoted(call.id))
                    .append(",\"type\":\"function\",\"function\":{\"name\":")
                    .append(JsonTexts.quoted(call.name))
                    .append(",\"arguments\":")
                    .append(JsonTexts.quoted(call.arguments.toString()))
                    .append("}}");
        }
        return json.isEmpty() ? "" : json.append(']').toString();
    }

    private void element(JsonParser json, int place) throws IOException {
        int index = place;
        String id = "";
        Growing part = new Growing();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            JsonToken value = json.nextToken();
            switch (member) {
                case "index" -> index = value.isNumeric() ? json.getIntValue() : place;
                case "id" -> id = textOrEmpty(json, value);
                case "function", "custom" -> function(json, value, part);
                default -> json.skipChildren();
            }
        }
        Growing call = byIndex.get(index);
        if (call == null || (!id.isEmpty() && !call.id.isEmpty() && !id.equals(call.id))) {
            call = new Growing();
            byIndex.put(index, call);
            calls.add(call);
        }
        call.id = call.id.isEmpty() ? id : call.id;
        if (!part.name.equals(call.name)) { // some servers repeat the whole name
            call.name += part.name;
        }
        call.arguments.append(part.arguments);
    }

    private static void function(JsonParser json, JsonToken value, Growing part)
            throws IOException {
        if (value != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            JsonToken inner = json.nextToken();
            switch (member) {
                case "name" -> part.name += textOrEmpty(json, inner);
                case "arguments", "input" -> part.arguments.append(text(json, inner));
                default -> json.skipChildren();
            }
        }
    }

    private static String textOrEmpty(JsonParser json, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_STRING) {
            return json.getText();
        }
        json.skipChildren();
        return "";
    }

    /** Some servers send the arguments as an object instead of a string. */
    private static String text(JsonParser json, @Nullable JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_STRING) {
            return json.getText();
        }
        if (value != JsonToken.START_OBJECT) {
            json.skipChildren();
            return "";
        }
        ByteArrayOutputStream copy = new ByteArrayOutputStream();
        try (JsonGenerator out = JsonText.generator(copy)) {
            out.copyCurrentStructure(json);
        }
        return copy.toString(StandardCharsets.UTF_8);
    }
}
