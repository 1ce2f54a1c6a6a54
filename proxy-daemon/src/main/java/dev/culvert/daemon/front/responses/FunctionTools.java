package dev.culvert.daemon.front.responses;

import static dev.culvert.daemon.front.responses.ResponseRequest.isAbsent;
import static dev.culvert.json.JsonOutline.NONE;

import dev.culvert.daemon.http.ProblemException;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonOutline;
import dev.culvert.json.JsonPieces;
import java.util.Set;
import java.util.regex.Pattern;

/** Writes the functions that a client has, and which of them the model may call. */
final class FunctionTools {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,128}");

    private final JsonOutline json;
    private final JsonPieces out;
    private final Set<String> ignored;

    /**
     * @param ignored gets what the runtime is not told
     */
    FunctionTools(JsonOutline json, JsonPieces out, Set<String> ignored) {
        this.json = json;
        this.out = out;
        this.ignored = ignored;
    }

    /** Returns whether there are any; chat has no empty list of tools. */
    boolean write(int tools) {
        if (tools == NONE) {
            return false;
        }
        if (json.kind(tools) != '[') {
            throw Refused.at(json, tools, "must be a list.");
        }
        if (json.first(tools) == NONE) {
            return false;
        }
        out.name("tools").open('[');
        for (int it = json.first(tools); it != NONE; it = json.next(it)) {
            tool(it);
        }
        out.close(']');
        return true;
    }

    private void tool(int tool) {
        int type = type(tool);
        if (json.isText(type, "namespace")) {
            namespace(tool);
        } else {
            function(tool, type, NONE);
        }
    }

    private int type(int tool) {
        if (json.kind(tool) != '{') {
            throw Refused.at(json, tool, "must be an object.");
        }
        return string(tool, "type");
    }

    private void namespace(int tool) {
        int name = string(tool, "name");
        if (!NAME.matcher(json.text(name)).matches()) {
            throw Refused.at(json, name, "may have letters, digits, '_' and '-' only.");
        }
        if (!isAbsent(json, json.find(tool, "description"))) {
            ignored.add("tools.namespace.description");
        }
        int tools = json.find(tool, "tools");
        if (isAbsent(json, tools)) {
            throw Refused.missing(json, tool, "tools");
        }
        if (json.kind(tools) != '[') {
            throw Refused.at(json, tools, "must be a list.");
        }
        if (json.first(tools) == NONE) {
            throw Refused.at(json, tools, "is empty: send functions, or leave the namespace out.");
        }
        for (int it = json.first(tools); it != NONE; it = json.next(it)) {
            function(it, type(it), name);
        }
    }

    /**
     * @param namespace the name of its namespace; {@code NONE} if it has none
     */
    private void function(int tool, int type, int namespace) {
        if (!json.isText(type, "function")) {
            throw unknown(type);
        }
        int name = string(tool, "name");
        out.open('{').name("type").text("function").name("function").open('{');
        if (namespace != NONE) {
            out.name("name").beginText().part(json, namespace);
            out.part(Namespaces.SEPARATOR).part(json, name).endText();
        }
        for (int it = json.first(tool); it != NONE; it = json.next(it)) {
            boolean isWritten = it == type || (namespace != NONE && it == name);
            if (!isWritten && !isAbsent(json, it)) {
                out.copyMember(json, it);
            }
        }
        out.close('}').close('}');
    }

    private ProblemException unknown(int type) {
        String name = json.text(type);
        String advice =
                switch (name) {
                    case "web_search", "web_search_preview" ->
                            " Turn it off: in Codex with web_search = \"disabled\" in config.toml.";
                    default -> " Leave it out, or describe it as a function.";
                };
        return Refused.at(
                json,
                type,
                "is '"
                        + Quoted.word(name)
                        + "', but an agent's runtime takes only functions, which the client itself"
                        + " carries out."
                        + advice);
    }

    /**
     * Which tools the model may call, and whether several at once.
     *
     * @param hasTools without any, what needs none is left out, as chat wants it
     */
    void writeChoice(int choice, int parallel, boolean hasTools) {
        if (choice != NONE && json.isText(choice)) {
            String word = json.text(choice);
            switch (word) {
                case "auto", "none" -> {
                    if (hasTools) {
                        out.name("tool_choice").text(word);
                    }
                }
                case "required" -> out.name("tool_choice").text(word);
                default ->
                        throw Refused.at(
                                json, choice, "must be 'auto', 'none', 'required' or a function.");
            }
        } else if (choice != NONE) {
            function(choice);
        }
        if (parallel != NONE) {
            byte kind = json.kind(parallel);
            if (kind != 't' && kind != 'f') {
                throw Refused.at(json, parallel, "must be true or false.");
            }
            if (hasTools) {
                out.name("parallel_tool_calls").copy(json, parallel);
            }
        }
    }

    private void function(int choice) {
        if (json.kind(choice) != '{') {
            throw Refused.at(json, choice, "must be a string or an object.");
        }
        int type = string(choice, "type");
        if (!json.isText(type, "function")) {
            throw Refused.at(
                    json,
                    type,
                    "must be 'function' here: of other choices the agent's runtime knows nothing."
                            + " To allow some tools only, send only those in 'tools'.");
        }
        out.name("tool_choice").open('{').name("type").text("function");
        out.name("function").open('{').name("name").copy(json, string(choice, "name"));
        out.close('}').close('}');
    }

    private int string(int object, String name) {
        int place = json.find(object, name);
        if (isAbsent(json, place)) {
            throw Refused.missing(json, object, name);
        }
        if (!json.isText(place)) {
            throw Refused.at(json, place, "must be a string.");
        }
        return place;
    }
}
