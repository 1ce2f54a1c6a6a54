package dev.culvert.daemon.front.responses;

import static dev.culvert.daemon.front.responses.ResponseRequest.isAbsent;
import static dev.culvert.json.JsonOutline.NONE;
import static dev.culvert.json.JsonOutline.ROOT;

import dev.culvert.json.JsonOutline;
import dev.culvert.json.JsonPieces;
import io.netty.buffer.ByteBuf;
import java.util.Set;
import java.util.TreeSet;

/**
 * The message for the agent: OpenAI's chat body, as the protocol has it (messages.md). What it has
 * no place for is refused; what only asks for a quality of the answer is left out and named.
 */
/* One pass over the outline. Texts, images and schemas are copied as the bytes that came. */
final class ChatTranslation {
    private final JsonOutline json;
    private final JsonPieces out;
    private final Set<String> ignored = new TreeSet<>();

    private ChatTranslation(JsonOutline json, JsonPieces out) {
        this.json = json;
        this.out = out;
    }

    /**
     * Writes to {@code out}, which stays the caller's.
     *
     * @return the parameters that were ignored, in the order of their names
     */
    static Set<String> write(ResponseRequest asked, ByteBuf out) {
        JsonPieces to = new JsonPieces(out).open('{');
        ChatTranslation translation = new ChatTranslation(asked.json(), to);
        to.name("stream_options").open('{').name("include_usage").literal("true").close('}');
        new ChatConversation(asked.json(), to).write(asked.member("instructions"), asked.input());
        translation.options();
        FunctionTools tools = new FunctionTools(asked.json(), to, translation.ignored);
        boolean hasTools = tools.write(asked.member("tools"));
        tools.writeChoice(
                asked.member("tool_choice"), asked.member("parallel_tool_calls"), hasTools);
        to.close('}');
        return translation.ignored;
    }

    private void options() {
        for (int it = json.first(ROOT); it != NONE; it = json.next(it)) {
            if (!isAbsent(json, it)) {
                option(json.name(it), it);
            }
        }
    }

    private void option(String name, int value) {
        switch (name) {
            case "model",
                    "stream",
                    "input",
                    "instructions",
                    "tools",
                    "tool_choice",
                    "parallel_tool_calls",
                    "store",
                    "background",
                    "previous_response_id",
                    "metadata" -> {}
            case "max_output_tokens" -> out.name("max_tokens").copy(json, value);
            case "text" -> text(value);
            case "reasoning" -> reasoning(value);
            case "include" -> include(value);
            case "prompt_cache_key",
                    "prompt_cache_retention",
                    "client_metadata",
                    "truncation",
                    "max_tool_calls",
                    "stream_options" ->
                    ignored.add(name);
            case "top_logprobs" -> {
                if (json.length(value) != 1 || json.kind(value) != '0') {
                    throw Refused.at(json, value, "must be 0: an agent tells no probabilities.");
                }
            }
            case "conversation" ->
                    throw Refused.at(
                            json,
                            value,
                            "is not kept here: send the items in 'input', or name the last response"
                                    + " in 'previous_response_id'.");
            case "prompt", "context_management", "moderation" ->
                    throw Refused.at(
                            json,
                            value,
                            "is something that OpenAI's servers do, and no agent: leave it out.");
            case "messages",
                    "max_tokens",
                    "max_completion_tokens",
                    "response_format",
                    "reasoning_effort",
                    "verbosity",
                    "functions",
                    "function_call",
                    "n",
                    "logprobs",
                    "audio",
                    "modalities" ->
                    throw Refused.at(
                            json,
                            value,
                            "belongs to chat completions: send it to /v1/chat/completions, or use"
                                    + " what /v1/responses has instead.");
            case "dialect", "anthropic_beta", "anthropic_version" ->
                    throw Refused.at(
                            json,
                            value,
                            "is a name that Culvert uses between the daemon and its agents: leave"
                                    + " it out.");
            default -> out.copyMember(json, value);
        }
    }

    private void text(int text) {
        for (int it = first(text); it != NONE; it = json.next(it)) {
            if (isAbsent(json, it)) {
                continue;
            }
            switch (json.name(it)) {
                case "format" -> format(it);
                case "verbosity" -> out.copyMember(json, it);
                default -> throw unknown(it);
            }
        }
    }

    private void format(int format) {
        first(format);
        int type = json.find(format, "type");
        if (isAbsent(json, type)) {
            throw Refused.missing(json, format, "type");
        }
        if (json.isText(type, "json_object")) {
            out.name("response_format").copy(json, format);
        } else if (json.isText(type, "json_schema")) {
            if (isAbsent(json, json.find(format, "schema"))) {
                throw Refused.missing(json, format, "schema");
            }
            out.name("response_format").open('{').name("type").text("json_schema");
            out.name("json_schema").open('{');
            for (int it = json.first(format); it != NONE; it = json.next(it)) {
                if (it != type && !isAbsent(json, it)) {
                    out.copyMember(json, it);
                }
            }
            out.close('}').close('}');
        } else if (!json.isText(type, "text")) {
            throw Refused.at(json, type, "must be 'text', 'json_object' or 'json_schema'.");
        }
    }

    private void reasoning(int reasoning) {
        for (int it = first(reasoning); it != NONE; it = json.next(it)) {
            if (isAbsent(json, it)) {
                continue;
            }
            switch (json.name(it)) {
                case "effort" -> out.name("reasoning_effort").copy(json, it);
                case "summary", "generate_summary" -> ignored.add("reasoning." + json.name(it));
                default -> throw unknown(it);
            }
        }
    }

    private void include(int include) {
        if (json.kind(include) != '[') {
            throw Refused.at(json, include, "must be a list.");
        }
        for (int it = json.first(include); it != NONE; it = json.next(it)) {
            if (!json.isText(it, "reasoning.encrypted_content")) {
                throw Refused.at(
                        json,
                        it,
                        "is nothing that an agent's runtime can tell: leave it out. Only"
                                + " 'reasoning.encrypted_content' is accepted, and ignored.");
            }
            ignored.add("include");
        }
    }

    private int first(int object) {
        if (json.kind(object) != '{') {
            throw Refused.at(json, object, "must be an object.");
        }
        return json.first(object);
    }

    private RuntimeException unknown(int member) {
        return Refused.at(
                json,
                member,
                "cannot be passed on to the agent's runtime, which knows only chat: leave it out.");
    }
}
