package dev.culvert.identity;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;

/**
 * The host knows the guest as that agent, and keeps its key.
 *
 * @param parent the agent of which it is a copy; empty if it is none
 */
public record Registered(String agentId, String tenant, String parent) {
    /** Borrows {@code frame}. */
    public static Registered read(Frame frame) throws BadHandshakeException {
        Members members = Members.of(frame);
        return new Registered(
                members.text("agent_id", Words.NAME, Words.NAME_TAKES),
                members.optional("tenant", Words.NAME, Words.NAME_TAKES),
                members.optional("parent", Words.NAME, Words.NAME_TAKES));
    }

    /** Belongs to the caller. */
    public Frame frame() {
        return Words.frame(
                FrameType.REGISTERED,
                json -> {
                    json.writeStringField("agent_id", agentId);
                    json.writeStringField("tenant", tenant);
                    Words.writeUnlessEmpty(json, "parent", parent);
                });
    }
}
