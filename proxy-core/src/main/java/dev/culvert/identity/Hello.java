package dev.culvert.identity;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;

/** A guest that has an identity says which. */
public record Hello(String agentId) {
    /** Borrows {@code frame}. */
    public static Hello read(Frame frame) throws BadHandshakeException {
        return new Hello(Members.of(frame).text("agent_id", Words.NAME, Words.NAME_TAKES));
    }

    /** Belongs to the caller. */
    public Frame frame() {
        return Words.frame(FrameType.HELLO, json -> json.writeStringField("agent_id", agentId));
    }
}
