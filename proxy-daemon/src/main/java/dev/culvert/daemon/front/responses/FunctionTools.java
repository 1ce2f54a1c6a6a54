package dev.culvert.daemon.front.responses;

import static dev.culvert.daemon.front.responses.ResponseRequest.isAbsent;
import static dev.culvert.json.JsonOutline.NONE;

import dev.culvert.daemon.http.ProblemException;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonOutline;
import dev.culvert.json.JsonPieces;

/** Writes the functions that a client has, and which of them the model may call. */
final class FunctionTools {
    private final JsonOutline json;
    private final JsonPieces out;

    FunctionTools(JsonOutline json, JsonPieces out) {
        this.json = json;
        this.out = out;
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
        if (json.kind(tool) != '{') {
            throw Refused.at(json, tool, "must be an object.");
        }
        int type = string(tool, "type");
        if (!json.isText(type, "function")) {
            throw unknown(type);
        }
        string(tool, "name");
        out.open('{').name("type").text("function").name("function").open('{');
        for (int it = json.first(tool); it != NONE; it = json.next(it)) {
            if (it != type && !isAbsent(json, it)) {
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
                    case "namespace" ->
                            " Send the functions themselves: Codex does with multi_agent = false"
                                    + " below [features] in config.toml.";
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
