package dev.culvert.frame;

import io.netty.handler.codec.DecoderException;
import java.io.Serial;
import java.util.Locale;

/**
 * Bytes that are no frame: the link that carried them is closed. Stackless, because a peer can
 * cause as many as it likes.
 */
public final class BadFrameException extends DecoderException {
    @Serial private static final long serialVersionUID = 1L;

    /** The reason codes of framing.md. */
    public enum Reason {
        LENGTH_ZERO,
        LENGTH_EXCEEDED,
        TRUNCATED,
        INVALID_UTF8,
        BYTE_ORDER_MARK,
        INVALID_JSON,
        NOT_AN_OBJECT,
        TRAILING_BYTES,
        DUPLICATE_MEMBER,
        MISSING_TYPE,
        INVALID_MEMBER,
        ID_TOO_LONG,
        TOO_DEEP,
        NUMBER_TOO_LONG,
        NAME_TOO_LONG,
        TOO_MANY_TOKENS;

        private final String wireName = name().toLowerCase(Locale.ROOT);

        public String wireName() {
            return wireName;
        }
    }

    private final Reason reason;
    private final String detail;

    BadFrameException(Reason reason, String detail) {
        super(reason.wireName() + ": " + detail);
        this.reason = reason;
        this.detail = detail;
    }

    public Reason reason() {
        return reason;
    }

    /** What is wrong, and where, without the reason's code. */
    public String detail() {
        return detail;
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
