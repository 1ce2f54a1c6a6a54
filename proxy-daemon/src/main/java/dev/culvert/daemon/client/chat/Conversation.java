package dev.culvert.daemon.client.chat;

import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * All that was said, in the form of OpenAI's messages: the agent keeps none of it, so each message
 * takes it along.
 */
final class Conversation {
    /** A conversation that is longer loses its beginning. */
    static final int MOST_BYTES = 2 * 1024 * 1024;

    private final List<Value> messages;

    Conversation(List<Value> messages) {
        this.messages = new ArrayList<>(messages);
    }

    List<Value> messages() {
        return List.copyOf(messages);
    }

    int size() {
        return messages.size();
    }

    /** Forgets what was said after the first {@code size} messages. */
    void backTo(int size) {
        messages.subList(size, messages.size()).clear();
    }

    void user(String text) {
        messages.add(Value.members("role", "user", "content", text));
    }

    /** What the agent said, and what it called. */
    void agent(String text, List<ToolCall> calls) {
        Value content = text.isEmpty() && !calls.isEmpty() ? Value.nothing() : Value.of(text);
        messages.add(
                calls.isEmpty()
                        ? Value.members("role", "assistant", "content", content)
                        : Value.members(
                                "role",
                                "assistant",
                                "content",
                                content,
                                "tool_calls",
                                Value.of(calls.stream().map(Conversation::call).toList())));
    }

    private static Value call(ToolCall call) {
        return Value.members(
                "id",
                call.id(),
                "type",
                "function",
                "function",
                Value.members("name", call.tool(), "arguments", call.argumentsText()));
    }

    void results(List<ToolAnswer> answers) {
        for (ToolAnswer answer : answers) {
            messages.add(
                    Value.members(
                            "role",
                            "tool",
                            "tool_call_id",
                            answer.id(),
                            "content",
                            answer.ok() ? answer.text() : "Error: " + answer.text()));
        }
    }

    /**
     * The payload of a message.
     *
     * @param tools definitions of the tools that run here; may be none
     * @param introduction what the model is told of where they run
     */
    Value payload(List<Value> tools, String introduction) {
        shorten();
        List<Value> said = new ArrayList<>();
        if (!tools.isEmpty()) {
            said.add(Value.members("role", "system", "content", introduction));
        }
        said.addAll(messages);
        Value all = Value.of(said);
        return tools.isEmpty()
                ? Value.members("messages", all)
                : Value.members("messages", all, "tools", Value.of(tools));
    }

    /* By whole rounds: a result without its call is refused by runtimes. */
    private void shorten() {
        int bytes = messages.stream().mapToInt(message -> message.json().length()).sum();
        while (bytes > MOST_BYTES) {
            int next = nextOfTheUser();
            if (next < 0) {
                return;
            }
            for (Value message : messages.subList(0, next)) {
                bytes -= message.json().length();
            }
            messages.subList(0, next).clear();
        }
    }

    /** The place of the second message of the user; -1 if there is none. */
    private int nextOfTheUser() {
        for (int i = 1; i < messages.size(); i++) {
            if (messages.get(i).text("role").equals("user")) {
                return i;
            }
        }
        return -1;
    }

    /** The beginning of what the user said first; empty if nothing was said. */
    String title() {
        for (Value message : messages) {
            if (message.text("role").equals("user")) {
                return message.text("content");
            }
        }
        return "";
    }
}
