package dev.culvert.daemon.answer;

import java.io.Serial;

/**
 * A chunk that a format cannot tell its client: the turn ends with a failure. Stackless, because an
 * agent can cause as many as it likes.
 */
public final class BadChunkException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    /**
     * @param detail what the agent's answer does, in words that follow "it"
     */
    public BadChunkException(String detail) {
        super("the answer cannot be told: " + detail, null, false, false);
    }

    /** One sentence for people. */
    public String detail() {
        return String.valueOf(getMessage());
    }
}
