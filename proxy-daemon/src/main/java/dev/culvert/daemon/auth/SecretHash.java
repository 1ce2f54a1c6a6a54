package dev.culvert.daemon.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The SHA-256 of a secret. A secret has 256 random bits, so it needs no salt.
 *
 * @param hex in lower case
 */
public record SecretHash(String hex) {
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

    public SecretHash {
        if (!SHA_256.matcher(hex).matches()) {
            throw new IllegalArgumentException("a SHA-256 has 64 digits from 0 to f");
        }
    }

    public static SecretHash of(String secret) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return new SecretHash(HexFormat.of().formatHex(sha256.digest(secret.getBytes(UTF_8))));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Compares in constant time, so that nobody can measure how much of a guess is right. */
    public boolean isSame(SecretHash other) {
        return MessageDigest.isEqual(hex.getBytes(US_ASCII), other.hex.getBytes(US_ASCII));
    }
}
