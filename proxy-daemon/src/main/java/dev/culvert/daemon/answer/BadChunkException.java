package dev.culvert.daemon.answer;

import dev.culvert.link.Failure;
import java.io.Serial;

/**
 * A chunk that a format cannot tell its client: the turn ends with a failure. Stackless, because an
 * agent can cause as many as it likes.
 */
public final class BadChunkException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    private final boolean isTooLong;

    /**
     * @param detail what the agent's answer does, in words that follow "it"
     */
    public BadChunkException(String detail) {
        this(detail, false);
    }

    private BadChunkException(String detail, boolean isTooLong) {
        super("the answer cannot be told: " + detail, null, false, false);
        this.isTooLong = isTooLong;
    }

    /** The chunk is as it should be, but the answer exceeds a limit of the daemon. */
    public static BadChunkException tooLong(String detail) {
        return new BadChunkException(detail, true);
    }

    /** How the turn fails. */
    public Failure failure() {
        return new Failure.BadAnswer(String.valueOf(getMessage()), isTooLong);
    }
}
