package dev.culvert.daemon.client.chat;

import dev.culvert.value.Value;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;

/**
 * A session on the disk.
 *
 * @param project its folder, an absolute path
 * @param used when something was last said in it
 * @param messages as {@link Conversation} has them
 * @param isOpen whether the last of them is the user's, and its answer is in a draft
 */
record Saved(
        String id,
        String project,
        String agent,
        Instant began,
        Instant used,
        List<Value> messages,
        boolean isOpen) {
    Saved {
        messages = List.copyOf(messages);
    }

    static Saved of(Value value) {
        return new Saved(
                value.text("id"),
                value.text("project"),
                value.text("agent"),
                time(value.text("began")),
                time(value.text("used")),
                value.at("messages").list(),
                value.text("open").equals("true"));
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException _) {
            return Instant.EPOCH;
        }
    }

    Value value() {
        return Value.members(
                "id",
                id,
                "project",
                project,
                "agent",
                agent,
                "began",
                began.toString(),
                "used",
                used.toString(),
                "messages",
                Value.of(messages),
                "open",
                isOpen);
    }

    /** The same with what was said meanwhile. */
    Saved with(Conversation conversation, Instant now) {
        return new Saved(id, project, agent, began, now, conversation.messages(), false);
    }

    /** The same with a message of the user that is not answered yet. */
    Saved asking(String text, Instant now) {
        Conversation asked = new Conversation(messages);
        asked.user(text);
        return new Saved(id, project, agent, began, now, asked.messages(), true);
    }

    /** The same with another agent. */
    Saved with(String other) {
        return new Saved(id, project, other, began, used, messages, isOpen);
    }

    /** For a list of sessions. */
    Value summary() {
        return Value.members(
                "id",
                id,
                "agent",
                agent,
                "used",
                used.toString(),
                "messages",
                messages.size(),
                "cut",
                isOpen,
                "title",
                new Conversation(messages).title());
    }
}
