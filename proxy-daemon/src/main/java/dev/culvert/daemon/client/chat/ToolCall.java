package dev.culvert.daemon.client.chat;

import dev.culvert.value.Value;

/**
 * A call of a tool, as a model made it.
 *
 * @param arguments an object, or a text with what the model wrote instead
 */
record ToolCall(String id, String tool, Value arguments) {
    /** Of the payload of an event. */
    static ToolCall of(Value data) {
        return new ToolCall(data.text("call_id"), data.text("tool_name"), data.at("arguments"));
    }

    /** As JSON, or what the model wrote instead. */
    String argumentsText() {
        return arguments.text();
    }
}
