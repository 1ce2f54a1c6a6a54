package dev.culvert.identity;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;

/**
 * The host asks a guest to prove that it is that agent.
 *
 * @param nonce random, and never used twice
 * @param agentId whom it should prove to be
 * @param newKey whether the guest should make another key for it, and prove that too
 */
public record Challenge(String nonce, String agentId, boolean newKey) {
    /** Borrows {@code frame}. */
    public static Challenge read(Frame frame) throws BadHandshakeException {
        Members members = Members.of(frame);
        return new Challenge(
                members.text("nonce", Words.WORD, Words.WORD_TAKES),
                members.text("agent_id", Words.NAME, Words.NAME_TAKES),
                members.flag("new_key"));
    }

    /** Belongs to the caller. */
    public Frame frame() {
        return Words.frame(
                FrameType.CHALLENGE,
                json -> {
                    json.writeStringField("nonce", nonce);
                    json.writeStringField("agent_id", agentId);
                    if (newKey) {
                        json.writeBooleanField("new_key", true);
                    }
                });
    }
}
