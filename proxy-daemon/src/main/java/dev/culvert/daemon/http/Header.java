package dev.culvert.daemon.http;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The request headers that anything here reads; all others are ignored. */
public enum Header {
    ACCEPT,
    ANTHROPIC_BETA,
    ANTHROPIC_VERSION,
    AUTHORIZATION,
    CONNECTION,
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    CULVERT_CONTINUATION,
    EXPECT,
    FORWARDED,
    HOST,
    IDEMPOTENCY_KEY,
    IF_MATCH,
    IF_NONE_MATCH,
    LAST_EVENT_ID,
    MCP_METHOD,
    MCP_NAME,
    MCP_PROTOCOL_VERSION,
    MCP_SESSION_ID,
    ORIGIN,
    SEC_FETCH_SITE,
    SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_VERSION,
    TRACEPARENT,
    TRANSFER_ENCODING,
    UPGRADE,
    WEBHOOK_ID,
    WEBHOOK_SIGNATURE,
    WEBHOOK_TIMESTAMP,
    X_API_KEY,
    X_CULVERT_ON_DISCONNECT,
    X_FORWARDED_FOR,
    X_FORWARDED_HOST,
    X_FORWARDED_PROTO,
    X_REQUEST_ID;

    private static final int MAX_BYTES = 23;

    private static final Header[][] BY_LENGTH = new Header[MAX_BYTES + 1][];

    static {
        for (int length = 0; length <= MAX_BYTES; length++) {
            int bytes = length;
            BY_LENGTH[length] =
                    Arrays.stream(values())
                            .filter(it -> it.wireName.length() == bytes)
                            .toArray(Header[]::new);
        }
    }

    private final String wireName = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** The header that the token names, in upper or lower case; null if nothing here reads it. */
    public static @Nullable Header of(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length <= MAX_BYTES) {
            for (Header header : BY_LENGTH[length]) {
                if (isLike(header.wireName, bytes, from)) {
                    return header;
                }
            }
        }
        return null;
    }

    /* OR-ing 0x20 lower-cases letters; no other token byte becomes a letter or a hyphen, so nothing
     * matches by accident. */
    private static boolean isLike(String lower, byte[] bytes, int from) {
        for (int i = 0; i < lower.length(); i++) {
            if ((bytes[from + i] | 0x20) != lower.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether several lines of it are one list, in their order (RFC 9110, 5.3). The others may come
     * once.
     */
    public boolean isList() {
        return this == ANTHROPIC_BETA
                || this == FORWARDED
                || this == IF_NONE_MATCH
                || this == X_FORWARDED_FOR
                || this == X_FORWARDED_HOST
                || this == X_FORWARDED_PROTO;
    }

    /** Where an array that has a place for each header keeps this one. */
    @SuppressWarnings("EnumOrdinal") // within one process, and never written anywhere
    public int index() {
        return ordinal();
    }

    @Override
    public String toString() {
        return wireName;
    }
}
