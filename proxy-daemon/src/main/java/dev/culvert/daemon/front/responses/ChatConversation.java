package dev.culvert.daemon.front.responses;

import static dev.culvert.daemon.front.responses.ResponseRequest.isAbsent;
import static dev.culvert.json.JsonOutline.NONE;

import dev.culvert.io.Quoted;
import dev.culvert.json.JsonOutline;
import dev.culvert.json.JsonPieces;

/** Writes the items of a request as the messages of OpenAI's chat. */
/* What the assistant thought, said and called are items of their own, and in chat one message: items of it that
 * follow each other are put together, so that the results of calls come directly after the calls. */
final class ChatConversation {
    private static final String CALL = "function_call";
    private static final String MESSAGE = "message";
    private static final String REASONING = "reasoning";

    private final JsonOutline json;
    private final JsonPieces out;
    private final ContentParts parts;

    ChatConversation(JsonOutline json, JsonPieces out) {
        this.json = json;
        this.out = out;
        parts = new ContentParts(json, out);
    }

    /**
     * @param instructions their place; {@code NONE} if there are none
     */
    void write(int instructions, int input) {
        out.name("messages").open('[');
        if (instructions != NONE) {
            if (!json.isText(instructions)) {
                throw Refused.at(json, instructions, "must be a string.");
            }
            message("system", instructions);
        }
        if (json.isText(input)) {
            message("user", input);
        } else {
            int it = json.first(input);
            while (it != NONE) {
                it = item(it);
            }
        }
        out.close(']');
    }

    private void message(String role, int content) {
        out.open('{').name("role").text(role).name("content");
        parts.write(content);
        out.close('}');
    }

    /** Writes an item, with others if they are one message. Returns the next one. */
    private int item(int item) {
        if (isOfAssistant(item)) {
            int end = endOfTurn(item);
            assistant(item, end);
            return end;
        }
        switch (type(item)) {
            case MESSAGE -> {
                int content = required(item, "content");
                int role = required(item, "role");
                if (json.isText(role, "user")) {
                    message("user", content);
                } else if (json.isText(role, "system") || json.isText(role, "developer")) {
                    message("system", content);
                } else {
                    throw Refused.at(
                            json, role, "must be 'user', 'assistant', 'system' or 'developer'.");
                }
            }
            case "function_call_output" -> {
                out.open('{').name("role").text("tool");
                out.name("tool_call_id").copy(json, string(item, "call_id")).name("content");
                parts.write(required(item, "output"));
                out.close('}');
            }
            case "item_reference" ->
                    throw Refused.at(
                            json,
                            typeOf(item),
                            "is 'item_reference', which cannot be resolved here: send the item"
                                    + " itself, or name the whole response in"
                                    + " previous_response_id.");
            default ->
                    throw Refused.at(
                            json,
                            typeOf(item),
                            "is '"
                                    + Quoted.word(type(item))
                                    + "', which the agent's runtime does not know: it takes"
                                    + " messages, reasoning, function calls and their outputs."
                                    + " Leave the item out.");
        }
        return json.next(item);
    }

    private int typeOf(int item) {
        return json.find(item, "type");
    }

    /** Messages need not name their type. */
    private String type(int item) {
        if (json.kind(item) != '{') {
            throw Refused.at(json, item, "must be an object.");
        }
        int type = typeOf(item);
        if (isAbsent(json, type) && !isAbsent(json, json.find(item, "role"))) {
            return MESSAGE;
        }
        return json.text(string(item, "type"));
    }

    private boolean isOfAssistant(int item) {
        return switch (type(item)) {
            case CALL, REASONING -> true;
            case MESSAGE -> json.isText(required(item, "role"), "assistant");
            default -> false;
        };
    }

    /**
     * A text after a text, or thinking after a text, begins another message; calls stay together.
     */
    private int endOfTurn(int first) {
        boolean hasText = false;
        boolean hasCalls = false;
        int end = first;
        while (end != NONE && isOfAssistant(end)) {
            boolean isCall = type(end).equals(CALL);
            if (hasText && !hasCalls && !isCall) {
                break;
            }
            hasText |= type(end).equals(MESSAGE);
            hasCalls |= isCall;
            end = json.next(end);
        }
        return end;
    }

    private void assistant(int from, int end) {
        out.open('{').name("role").text("assistant").name("content");
        boolean hasText = has(from, end, MESSAGE);
        boolean hasCalls = has(from, end, CALL);
        if (!hasText && hasCalls) {
            out.literal("null");
        } else {
            joined(from, end, MESSAGE);
        }
        if (has(from, end, REASONING)) {
            out.name("reasoning_content");
            joined(from, end, REASONING);
        }
        if (hasCalls) {
            out.name("tool_calls").open('[');
            for (int it = from; it != end; it = json.next(it)) {
                if (type(it).equals(CALL)) {
                    call(it);
                }
            }
            out.close(']');
        }
        out.close('}');
    }

    private boolean has(int from, int end, String type) {
        for (int it = from; it != end; it = json.next(it)) {
            if (type(it).equals(type)) {
                return true;
            }
        }
        return false;
    }

    /** Writes the texts of all items of that type as one string, with an empty line between. */
    private void joined(int from, int end, String type) {
        out.beginText();
        boolean isFirst = true;
        for (int it = from; it != end; it = json.next(it)) {
            if (type(it).equals(type)) {
                if (!isFirst) {
                    out.part("\\n\\n");
                }
                isFirst = false;
                if (type.equals(MESSAGE)) {
                    parts.join(required(it, "content"));
                } else {
                    thoughts(it);
                }
            }
        }
        out.endText();
    }

    /** All that it thought if the item has that, else the summary. */
    private void thoughts(int item) {
        int content = json.find(item, "content");
        boolean isWhole =
                !isAbsent(json, content)
                        && json.kind(content) == '['
                        && json.first(content) != NONE;
        int summary = json.find(item, "summary");
        if (isWhole) {
            parts.join(content);
        } else if (!isAbsent(json, summary)) {
            parts.join(summary);
        }
    }

    private void call(int item) {
        out.open('{').name("id").copy(json, string(item, "call_id"));
        out.name("type").text("function").name("function").open('{');
        out.name("name");
        int name = string(item, "name");
        if (isAbsent(json, json.find(item, "namespace"))) {
            out.copy(json, name);
        } else {
            out.beginText().part(json, string(item, "namespace"));
            out.part(Namespaces.SEPARATOR).part(json, name).endText();
        }
        out.name("arguments").copy(json, string(item, "arguments")).close('}').close('}');
    }

    private int required(int item, String name) {
        int place = json.find(item, name);
        if (isAbsent(json, place)) {
            throw Refused.missing(json, item, name);
        }
        return place;
    }

    private int string(int item, String name) {
        int place = required(item, name);
        if (!json.isText(place)) {
            throw Refused.at(json, place, "must be a string.");
        }
        return place;
    }
}
