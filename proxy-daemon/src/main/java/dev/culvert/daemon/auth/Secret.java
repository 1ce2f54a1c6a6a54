package dev.culvert.daemon.auth;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The text that a client shows, {@code cvt_ID_RANDOM}, or a guest that joins, {@code
 * cvj_ID_RANDOM}. It is never stored and never logged.
 */
public final class Secret {
    /** What the secret of a token begins with, so that people and scanners recognize one. */
    static final String PREFIX = "cvt_";

    /** What the secret of an enrolment begins with. */
    public static final String JOIN_PREFIX = "cvj_";

    private static final int ID_BYTES = 6;
    private static final int RANDOM_BYTES = 32;
    private static final int ID_CHARS = 2 * ID_BYTES;

    private Secret() {}

    public static String newId(SecureRandom random) {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    static String make(String id, SecureRandom random) {
        return make(PREFIX, id, random);
    }

    public static String make(String prefix, String id, SecureRandom random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return prefix + id + "_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** The id of the token that {@code secret} claims to be; null if it has another form. */
    static @Nullable String idOf(String secret) {
        return idOf(PREFIX, secret);
    }

    /** The same, for a secret that begins so. */
    public static @Nullable String idOf(String prefix, String secret) {
        int end = prefix.length() + ID_CHARS;
        boolean isOne =
                secret.startsWith(prefix) && secret.length() > end && secret.charAt(end) == '_';
        return isOne ? secret.substring(prefix.length(), end) : null;
    }
}
