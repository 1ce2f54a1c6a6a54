package dev.culvert.frame;

import java.util.Locale;

/** Why an exchange failed, in the {@code code} of an {@code error} payload (errors.md). */
public enum ErrorCode {
    INVALID_MESSAGE,
    INVALID_PAYLOAD,
    MESSAGE_TOO_LARGE,
    RUNTIME_UNREACHABLE,
    RUNTIME_ERROR,
    RUNTIME_TIMEOUT,
    EMPTY_RESPONSE,
    RESPONSE_TOO_LARGE,
    STREAM_BROKEN,
    OVERLOADED,
    CANCELLED,
    UNKNOWN_TURN,
    LOG_TRUNCATED,
    TAKEN_OVER,
    ID_REUSED,
    DRAINING,
    QUIESCED,
    NO_RESPONDER,
    RESPONDER_ERROR,
    RESPONDER_TIMEOUT,
    APPROVAL_USED,
    APPROVAL_UNKNOWN,
    APPROVAL_CHANGED,
    INTERNAL;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }
}
