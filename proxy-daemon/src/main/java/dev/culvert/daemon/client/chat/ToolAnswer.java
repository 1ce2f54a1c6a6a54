package dev.culvert.daemon.client.chat;

import dev.culvert.value.Value;

/**
 * What a call brought.
 *
 * @param text the result, or why there is none
 */
record ToolAnswer(String id, boolean ok, String text) {
    /** As {@code POST /turns/{id}/continue} takes it. */
    Value value() {
        return Value.members("id", id, "success", ok, ok ? "result" : "error", text);
    }
}
