package dev.culvert.daemon.front.anthropic;

import static dev.culvert.daemon.front.anthropic.MessagesRequest.isAbsent;
import static dev.culvert.json.JsonOutline.NONE;
import static dev.culvert.json.JsonOutline.ROOT;

import dev.culvert.json.JsonOutline;
import dev.culvert.json.JsonPieces;
import io.netty.buffer.ByteBuf;

/**
 * The message for every other agent: OpenAI's chat body, as the protocol has it (messages.md). What
 * it has no place for is refused, except hints that change no answer.
 */
/* One pass over the outline. Texts, images and schemas are copied as the bytes that came, because both dialects
 * write strings and numbers as JSON does. */
final class ChatBody {
    private final JsonOutline json;
    private final JsonPieces out;

    private ChatBody(JsonOutline json, JsonPieces out) {
        this.json = json;
        this.out = out;
    }

    /** Writes to {@code out}, which stays the caller's. */
    static void write(MessagesRequest asked, ByteBuf out) {
        JsonPieces to = new JsonPieces(out).open('{');
        new ChatMessages(asked.json(), to).write(asked.system(), asked.messages());
        new ChatBody(asked.json(), to).options();
        to.close('}');
    }

    private void options() {
        for (int it = json.first(ROOT); it != NONE; it = json.next(it)) {
            switch (json.name(it)) {
                case "model", "stream", "system", "messages" -> {}
                case "stop_sequences" -> renamed("stop", it);
                case "metadata" -> metadata(it);
                case "tools" -> tools(it);
                case "tool_choice" -> toolChoice(it);
                case "output_config" -> outputConfig(it);
                case "output_format" -> outputFormat(it);
                case "cache_control" -> {} // a hint
                case "container", "mcp_servers" -> refuseUnlessEmpty(it);
                default -> out.copyMember(json, it);
            }
        }
    }

    private void renamed(String name, int value) {
        if (!isAbsent(json, value)) {
            out.name(name).copy(json, value);
        }
    }

    private void metadata(int metadata) {
        for (int it = first(metadata); it != NONE; it = json.next(it)) {
            if (json.isNamed(it, "user_id")) {
                renamed("user", it);
            } else {
                refuseUnlessNull(it);
            }
        }
    }

    private void tools(int tools) {
        if (!isAbsent(json, tools)) {
            new ChatTools(json, out).write(tools);
        }
    }

    private void toolChoice(int choice) {
        if (!isAbsent(json, choice)) {
            new ChatTools(json, out).writeChoice(choice);
        }
    }

    private void outputConfig(int config) {
        for (int it = first(config); it != NONE; it = json.next(it)) {
            if (json.isNamed(it, "effort")) {
                renamed("reasoning_effort", it);
            } else if (json.isNamed(it, "format")) {
                outputFormat(it);
            } else {
                refuseUnlessNull(it);
            }
        }
    }

    private void outputFormat(int format) {
        if (isAbsent(json, format)) {
            return;
        }
        int type = json.find(format, "type");
        int schema = json.find(format, "schema");
        if (type == NONE || !json.isText(type, "json_schema") || schema == NONE) {
            throw Unfit.at(json, format, "must have the type 'json_schema' and a 'schema'.");
        }
        out.name("response_format").open('{').name("type").text("json_schema");
        out.name("json_schema").open('{').name("name").text("answer");
        out.name("schema").copy(json, schema).name("strict").literal("true");
        out.close('}').close('}');
    }

    /** The first member of an object that may be null. */
    private int first(int object) {
        if (isAbsent(json, object)) {
            return NONE;
        }
        if (json.kind(object) != '{') {
            throw Unfit.at(json, object, "must be an object.");
        }
        return json.first(object);
    }

    /** Work that only Anthropic's servers do. */
    private void refuseUnlessEmpty(int member) {
        if (json.kind(member) != '[' || json.first(member) != NONE) {
            refuseUnlessNull(member);
        }
    }

    private void refuseUnlessNull(int member) {
        if (!isAbsent(json, member)) {
            throw Unfit.at(
                    json,
                    member,
                    "the agent's runtime has no such option (it speaks OpenAI's chat); leave it"
                            + " out.");
        }
    }
}
