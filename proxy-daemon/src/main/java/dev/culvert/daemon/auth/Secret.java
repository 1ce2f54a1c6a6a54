package dev.culvert.daemon.auth;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The text that a client shows: {@code cvt_ID_RANDOM}. It is never stored and never logged. */
final class Secret {
    /** What every secret begins with, so that people and scanners recognize one. */
    static final String PREFIX = "cvt_";

    private static final int ID_BYTES = 6;
    private static final int RANDOM_BYTES = 32;
    private static final int ID_CHARS = 2 * ID_BYTES;

    private Secret() {}

    static String newId(SecureRandom random) {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    static String make(String id, SecureRandom random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return PREFIX + id + "_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** The id of the token that {@code secret} claims to be; null if it has another form. */
    static @Nullable String idOf(String secret) {
        int end = PREFIX.length() + ID_CHARS;
        boolean isOne =
                secret.startsWith(PREFIX) && secret.length() > end && secret.charAt(end) == '_';
        return isOne ? secret.substring(PREFIX.length(), end) : null;
    }
}
