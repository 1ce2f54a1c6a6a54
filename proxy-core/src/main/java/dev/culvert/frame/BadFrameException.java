package dev.culvert.frame;

import dev.culvert.json.BadJsonException;
import io.netty.handler.codec.DecoderException;
import java.io.Serial;
import java.util.Locale;

/**
 * Bytes that are not a frame: the link that carried them is closed. Stackless, because a peer can
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

    static BadFrameException of(BadJsonException bad) {
        return new BadFrameException(
                switch (bad.reason()) {
                    case INVALID_UTF8 -> Reason.INVALID_UTF8;
                    case BYTE_ORDER_MARK -> Reason.BYTE_ORDER_MARK;
                    case INVALID_JSON -> Reason.INVALID_JSON;
                    case NOT_AN_OBJECT -> Reason.NOT_AN_OBJECT;
                    case TRAILING_BYTES -> Reason.TRAILING_BYTES;
                    case TOO_DEEP -> Reason.TOO_DEEP;
                    case NUMBER_TOO_LONG -> Reason.NUMBER_TOO_LONG;
                    case NAME_TOO_LONG -> Reason.NAME_TOO_LONG;
                    case TOO_MANY_TOKENS -> Reason.TOO_MANY_TOKENS;
                },
                bad.detail());
    }

    BadFrameException(Reason reason, String detail) {
        super(reason.wireName() + ": " + detail);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
