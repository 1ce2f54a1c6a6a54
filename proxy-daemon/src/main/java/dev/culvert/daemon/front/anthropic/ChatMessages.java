package dev.culvert.daemon.front.anthropic;

import static dev.culvert.daemon.front.anthropic.MessagesRequest.isAbsent;
import static dev.culvert.json.JsonOutline.NONE;

import dev.culvert.json.JsonOutline;
import dev.culvert.json.JsonPieces;

/** Writes a conversation as OpenAI's chat. */
/* A message of a user whose blocks are results of tools and others becomes several: OpenAI's chat has a message of
 * its own for each result. A message of the assistant stays one. */
final class ChatMessages {
    private final JsonOutline json;
    private final JsonPieces out;
    private final Blocks blocks;

    ChatMessages(JsonOutline json, JsonPieces out) {
        this.json = json;
        this.out = out;
        blocks = new Blocks(json, out);
    }

    /**
     * @param system the place of the system prompt; {@code NONE} if there is none
     */
    void write(int system, int messages) {
        out.name("messages").open('[');
        if (system != NONE) {
            plain("system", system);
        }
        for (int it = json.first(messages); it != NONE; it = json.next(it)) {
            message(it);
        }
        out.close(']');
    }

    private void message(int message) {
        int role = NONE;
        int content = NONE;
        for (int it = json.first(message); it != NONE; it = json.next(it)) {
            if (json.isNamed(it, "role")) {
                role = it;
            } else if (json.isNamed(it, "content")) {
                content = it;
            } else if (!isAbsent(json, it)) {
                throw Unfit.at(
                        json, it, "cannot be passed on to the agent's runtime; leave it out.");
            }
        }
        if (isAbsent(json, role)) {
            throw Unfit.missing(json, message, "role");
        }
        if (isAbsent(json, content)) {
            throw Unfit.missing(json, message, "content");
        }
        if (json.isText(role, "user")) {
            user(content);
        } else if (json.isText(role, "assistant")) {
            assistant(content);
        } else if (json.isText(role, "system")) {
            plain("system", content);
        } else {
            throw Unfit.at(json, role, "must be 'user' or 'assistant'.");
        }
    }

    private void plain(String role, int content) {
        begin(role);
        if (json.isText(content)) {
            out.copy(json, content);
        } else {
            blocks.write(blocks.first(content), NONE);
        }
        out.close('}');
    }

    private JsonPieces begin(String role) {
        return out.open('{').name("role").text(role).name("content");
    }

    private void user(int content) {
        if (json.isText(content)) {
            plain("user", content);
            return;
        }
        int it = blocks.first(content);
        while (it != NONE) {
            if (blocks.isA(it, "tool_result")) {
                toolResult(it);
                it = json.next(it);
            } else {
                int end = it;
                while (end != NONE && !blocks.isA(end, "tool_result")) {
                    end = json.next(end);
                }
                begin("user");
                blocks.write(it, end);
                out.close('}');
                it = end;
            }
        }
    }

    private void toolResult(int block) {
        int call = json.find(block, "tool_use_id");
        if (isAbsent(json, call)) {
            throw Unfit.missing(json, block, "tool_use_id");
        }
        out.open('{').name("role").text("tool").name("tool_call_id").copy(json, call);
        out.name("content");
        int failed = json.find(block, "is_error");
        blocks.writeResult(
                json.find(block, "content"), !isAbsent(json, failed) && json.kind(failed) == 't');
        for (int it = json.first(block); it != NONE; it = json.next(it)) {
            switch (json.name(it)) {
                case "type", "tool_use_id", "content", "is_error" -> {}
                default -> Blocks.copyUnknown(json, it, out);
            }
        }
        out.close('}');
    }

    private void assistant(int content) {
        if (json.isText(content)) {
            plain("assistant", content);
            return;
        }
        int texts = 0;
        int text = NONE;
        boolean calls = false;
        boolean thinks = false;
        for (int it = blocks.first(content); it != NONE; it = json.next(it)) {
            switch (blocks.type(it)) {
                case "text" -> {
                    texts++;
                    text = it;
                }
                case "tool_use" -> calls = true;
                case "thinking" -> thinks = true;
                case "redacted_thinking" -> {} // nobody but its own model can read it
                default -> throw blocks.cannotPassOn(it);
            }
        }
        begin("assistant");
        if (texts == 0) {
            out.literal("null");
        } else if (texts == 1) {
            blocks.writeText(text);
        } else {
            out.open('[');
            each(content, "text", blocks::part);
            out.close(']');
        }
        if (thinks) {
            out.name("reasoning_content").beginText();
            each(content, "thinking", this::thinking);
            out.endText();
        }
        if (calls) {
            out.name("tool_calls").open('[');
            each(content, "tool_use", this::toolCall);
            out.close(']');
        }
        out.close('}');
    }

    private interface Action {
        void on(int block);
    }

    private void each(int content, String type, Action action) {
        for (int it = json.first(content); it != NONE; it = json.next(it)) {
            if (blocks.isA(it, type)) {
                action.on(it);
            }
        }
    }

    private void thinking(int block) {
        int text = json.find(block, "thinking");
        if (text != NONE && json.isText(text)) {
            out.part(json, text);
        }
    }

    private void toolCall(int block) {
        int id = json.find(block, "id");
        int name = json.find(block, "name");
        int input = json.find(block, "input");
        if (isAbsent(json, id)) {
            throw Unfit.missing(json, block, "id");
        }
        if (isAbsent(json, name)) {
            throw Unfit.missing(json, block, "name");
        }
        out.open('{').name("id").copy(json, id).name("type").text("function");
        out.name("function").open('{').name("name").copy(json, name).name("arguments");
        if (isAbsent(json, input)) {
            out.text("{}");
        } else {
            out.copyAsText(json, input);
        }
        out.close('}');
        for (int it = json.first(block); it != NONE; it = json.next(it)) {
            switch (json.name(it)) {
                case "type", "id", "name", "input", "caller" -> {}
                default -> Blocks.copyUnknown(json, it, out);
            }
        }
        out.close('}');
    }
}
