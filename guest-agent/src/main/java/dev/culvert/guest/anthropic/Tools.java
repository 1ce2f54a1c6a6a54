package dev.culvert.guest.anthropic;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Writes the tools of a request, and which of them the model may or must call. */
final class Tools {
    private @Nullable JsonValue tools;
    private @Nullable JsonValue choice;
    private boolean oneAtATime;

    /** Whether it is a member about tools. */
    boolean take(String name, JsonValue value) {
        switch (name) {
            case "tools" -> tools = value.isNull() ? null : value;
            case "tool_choice" -> choice = value.isNull() ? null : value;
            case "parallel_tool_calls" -> oneAtATime = value.kind() == 'f';
            default -> {
                return false;
            }
        }
        return true;
    }

    void write(BodyWriter out) throws IOException {
        boolean none = tools == null || tools.isEmpty();
        if (tools != null && !none) {
            if (!tools.isArray()) {
                throw new UntranslatableException("'tools' must be an array");
            }
            out.json().writeArrayFieldStart("tools");
            tools.elements((place, tool) -> tool("tools[" + place + "]", tool, out));
            out.json().writeEndArray();
        }
        if (choice != null) {
            choice(choice, out);
        } else if (oneAtATime && !none) {
            choice("auto", null, out);
        }
    }

    private static void tool(String where, JsonValue tool, BodyWriter out) throws IOException {
        if (!tool.isObject()) {
            throw new UntranslatableException("'" + where + "' must be an object");
        }
        JsonValue function = tool.member("function");
        if (function == null) {
            if (tool.member("custom") != null) {
                throw new UntranslatableException(
                        "'"
                                + where
                                + ".custom' is not possible with a runtime of the kind anthropic:"
                                + " use a tool of the type function");
            }
            out.copy(tool); // a tool in Anthropic's form, such as one of the server's own
            return;
        }
        Function its = new Function(where + ".function", out.json());
        out.json().writeStartObject();
        function.members((name, value) -> its.member(name, value, out));
        its.end();
        JsonValue cache = tool.member("cache_control");
        if (cache != null) {
            out.copy("cache_control", cache);
        }
        out.json().writeEndObject();
    }

    /** The members of a function, which become those of a tool. */
    private static final class Function {
        private final String where;
        private final JsonGenerator json;
        private boolean hasName;
        private boolean hasSchema;

        Function(String where, JsonGenerator json) {
            this.where = where;
            this.json = json;
        }

        void member(String name, JsonValue value, BodyWriter out) throws IOException {
            if (value.isNull()) {
                return;
            }
            switch (name) {
                case "name" -> {
                    hasName = value.isString();
                    out.copy(name, value);
                }
                case "parameters" -> {
                    hasSchema = true;
                    out.copy("input_schema", value);
                }
                case "strict" -> {
                    if (value.isTrue()) {
                        out.copy(name, value);
                    }
                }
                default -> out.copy(name, value);
            }
        }

        void end() throws IOException {
            if (!hasName) {
                throw new UntranslatableException("'" + where + ".name' must be a string");
            }
            if (!hasSchema) {
                json.writeObjectFieldStart("input_schema");
                json.writeStringField("type", "object");
                json.writeObjectFieldStart("properties");
                json.writeEndObject();
                json.writeEndObject();
            }
        }
    }

    private void choice(JsonValue choice, BodyWriter out) throws IOException {
        JsonValue type = choice.isObject() ? choice.member("type") : null;
        JsonValue function = choice.isObject() ? choice.member("function") : null;
        String word = type == null ? choice.string() : type.string();
        if (function != null && word.equals("function")) {
            choice("tool", function.member("name"), out);
        } else if (type != null && !word.equals("allowed_tools") && !word.equals("custom")) {
            if (oneAtATime) {
                throw new UntranslatableException(
                        "'parallel_tool_calls' cannot be combined with a 'tool_choice' in"
                                + " Anthropic's form: say disable_parallel_tool_use there");
            }
            out.copy("tool_choice", choice);
        } else {
            switch (word) {
                case "auto", "none" -> choice(word, null, out);
                case "required" -> choice("any", null, out);
                default ->
                        throw new UntranslatableException(
                                "'tool_choice' must be auto, none, required or a function with a"
                                        + " runtime of the kind anthropic");
            }
        }
    }

    private void choice(String type, @Nullable JsonValue tool, BodyWriter out) throws IOException {
        JsonGenerator json = out.json();
        json.writeObjectFieldStart("tool_choice");
        json.writeStringField("type", type);
        if (tool != null) {
            out.copy("name", tool);
        }
        if (oneAtATime && !type.equals("none")) {
            json.writeBooleanField("disable_parallel_tool_use", true);
        }
        json.writeEndObject();
    }
}
