package dev.culvert.guest.approvals;

import dev.culvert.frame.Frame;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonMembers;
import java.util.HashMap;
import java.util.Map;

/** What the host answers, with quoted texts. */
sealed interface HostAnswer {
    /**
     * Somebody has decided.
     *
     * @param reason what that person said; may be empty
     */
    record Decided(boolean allowed, String by, String reason, String digest, String policy)
            implements HostAnswer {}

    /** The approval belongs to the claim. */
    record Claimed() implements HostAnswer {}

    /**
     * There is no such answer.
     *
     * @param code a word
     * @param retryAfterSeconds 0 if the host does not say
     */
    record Failed(String code, String message, int retryAfterSeconds) implements HostAnswer {}

    /** Of a host that breaks the protocol. */
    Failed MALFORMED = new Failed("bad_answer", "the host's answer is malformed", 0);

    /**
     * Borrows {@code frame}, which is {@code approved}, {@code claimed} or {@code error}.
     *
     * @param id of the approval that was asked about
     */
    static HostAnswer read(Frame frame, String id) {
        Map<String, String> texts = new HashMap<>();
        int retryAfter = 0;
        JsonMembers members = frame.members();
        while (members.next()) {
            if (members.kind() == '"') {
                texts.put(members.name(), members.text());
            } else if (members.isNamed("retry_after")) {
                retryAfter = members.count();
            }
        }
        return switch (frame.type()) {
            case APPROVED -> isAbout(id, texts) ? decided(texts) : MALFORMED;
            case CLAIMED -> isAbout(id, texts) ? new Claimed() : MALFORMED;
            default ->
                    new Failed(
                            Quoted.word(texts.getOrDefault("code", "internal")),
                            Quoted.sentence(
                                    texts.getOrDefault("message", "the host gave no message")),
                            retryAfter);
        };
    }

    private static boolean isAbout(String id, Map<String, String> texts) {
        return id.equals(texts.get("approval_id"));
    }

    private static HostAnswer decided(Map<String, String> texts) {
        String decision = texts.getOrDefault("decision", "");
        if (!decision.equals("allow") && !decision.equals("deny")) {
            return MALFORMED;
        }
        return new Decided(
                decision.equals("allow"),
                Quoted.word(texts.getOrDefault("by", "somebody")),
                Quoted.sentence(texts.getOrDefault("reason", "")),
                texts.getOrDefault("digest", ""),
                texts.getOrDefault("policy", ""));
    }
}
