package dev.culvert.daemon.front.anthropic;

import static dev.culvert.daemon.front.anthropic.MessagesRequest.isAbsent;
import static dev.culvert.json.JsonOutline.NONE;

import dev.culvert.io.Quoted;
import dev.culvert.json.JsonOutline;
import dev.culvert.json.JsonPieces;

/** Writes the tools that a client has, and which of them the model may use, as OpenAI's chat. */
final class ChatTools {
    private final JsonOutline json;
    private final JsonPieces out;

    ChatTools(JsonOutline json, JsonPieces out) {
        this.json = json;
        this.out = out;
    }

    void write(int tools) {
        if (json.kind(tools) != '[') {
            throw Unfit.at(json, tools, "must be a list.");
        }
        if (json.first(tools) == NONE) {
            return; // OpenAI's runtimes refuse an empty list
        }
        out.name("tools").open('[');
        for (int it = json.first(tools); it != NONE; it = json.next(it)) {
            tool(it);
        }
        out.close(']');
    }

    private void tool(int tool) {
        if (json.kind(tool) != '{') {
            throw Unfit.at(json, tool, "must be an object.");
        }
        int type = json.find(tool, "type");
        if (!isAbsent(json, type) && !json.isText(type, "custom")) {
            throw Unfit.at(
                    json,
                    type,
                    "a tool of Anthropic's own ("
                            + (json.isText(type) ? Quoted.word(json.text(type)) : "no string")
                            + ") cannot be passed on: the agent's runtime speaks OpenAI's chat."
                            + " Leave it out, or describe the tool with an input_schema.");
        }
        if (isAbsent(json, json.find(tool, "name"))) {
            throw Unfit.missing(json, tool, "name");
        }
        if (isAbsent(json, json.find(tool, "input_schema"))) {
            throw Unfit.missing(json, tool, "input_schema");
        }
        out.open('{').name("type").text("function").name("function").open('{');
        for (int it = json.first(tool); it != NONE; it = json.next(it)) {
            switch (json.name(it)) {
                case "name", "description", "strict" -> out.copyMember(json, it);
                case "input_schema" -> out.name("parameters").copy(json, it);
                default -> {}
            }
        }
        out.close('}');
        for (int it = json.first(tool); it != NONE; it = json.next(it)) {
            switch (json.name(it)) {
                case "name", "description", "strict", "input_schema", "type" -> {}
                case "defer_loading" -> {} // OpenAI's chat gives the model every tool
                default -> Blocks.copyUnknown(json, it, out);
            }
        }
        out.close('}');
    }

    void writeChoice(int choice) {
        if (json.kind(choice) != '{') {
            throw Unfit.at(json, choice, "must be an object.");
        }
        int type = NONE;
        int name = NONE;
        int alone = NONE;
        for (int it = json.first(choice); it != NONE; it = json.next(it)) {
            switch (json.name(it)) {
                case "type" -> type = it;
                case "name" -> name = it;
                case "disable_parallel_tool_use" -> alone = it;
                default ->
                        throw Unfit.at(
                                json,
                                it,
                                "cannot be passed on to the agent's runtime; leave it out.");
            }
        }
        if (isAbsent(json, type)) {
            throw Unfit.missing(json, choice, "type");
        }
        out.name("tool_choice");
        switch (json.isText(type) ? json.text(type) : "") {
            case "auto" -> out.text("auto");
            case "any" -> out.text("required");
            case "none" -> out.text("none");
            case "tool" -> {
                if (isAbsent(json, name)) {
                    throw Unfit.missing(json, choice, "name");
                }
                out.open('{').name("type").text("function");
                out.name("function").open('{').name("name").copy(json, name).close('}').close('}');
            }
            default -> throw Unfit.at(json, type, "must be 'auto', 'any', 'tool' or 'none'.");
        }
        if (!isAbsent(json, alone) && json.kind(alone) == 't') {
            out.name("parallel_tool_calls").literal("false");
        }
    }
}
