package dev.culvert.identity;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;

/**
 * The host ends the link, and says why.
 *
 * @param code a {@link Refusal}; another word from a later host
 * @param message a sentence for people
 * @param retryAfter in so many seconds the guest may come again; 0 if it decides that itself
 */
public record Refused(String code, String message, long retryAfter) {
    /** Borrows {@code frame}. */
    public static Refused read(Frame frame) throws BadHandshakeException {
        Members members = Members.of(frame);
        return new Refused(
                members.text("code", Words.WORD, Words.WORD_TAKES),
                members.words("message"),
                members.number("retry_after", 0));
    }

    public boolean is(Refusal refusal) {
        return refusal.wireName().equals(code);
    }

    /** Belongs to the caller. */
    public Frame frame() {
        return Words.frame(
                FrameType.REFUSED,
                json -> {
                    json.writeStringField("code", code);
                    json.writeStringField("message", message);
                    if (retryAfter > 0) {
                        json.writeNumberField("retry_after", retryAfter);
                    }
                });
    }
}
