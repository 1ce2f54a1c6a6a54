package dev.culvert.json;

import java.io.Serial;

/**
 * A text that is not one JSON object within its limits. Stackless, because a peer can cause as many
 * as it likes.
 */
public final class BadJsonException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    public enum Reason {
        INVALID_UTF8,
        BYTE_ORDER_MARK,
        INVALID_JSON,
        NOT_AN_OBJECT,
        TRAILING_BYTES,
        TOO_DEEP,
        NUMBER_TOO_LONG,
        NAME_TOO_LONG,
        TOO_MANY_TOKENS
    }

    private final Reason reason;

    BadJsonException(Reason reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /** What is wrong, and where. */
    public String detail() {
        return String.valueOf(getMessage());
    }
}
