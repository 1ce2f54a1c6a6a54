package dev.culvert.daemon.webhooks;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Signs messages, and checks the signatures of others, by HMAC-SHA256 over id, time and body, as
 * Standard Webhooks describes it.
 */
public final class WebhookSignature {
    /** The headers of a message. */
    public static final String ID = "webhook-id";

    public static final String TIMESTAMP = "webhook-timestamp";
    public static final String SIGNATURE = "webhook-signature";

    /** How far the clocks of sender and receiver may differ. */
    public static final Duration TOLERANCE = Duration.ofMinutes(5);

    /** Why a message is refused that somebody else has signed, or nobody. */
    public static final String FOREIGN = "the signature is not that of this message and the secret";

    private static final String VERSION = "v1,";
    private static final String ENCODED = "whsec_";
    private static final String ALGORITHM = "HmacSHA256";

    /** A shorter key can be guessed. */
    private static final int LEAST_BYTES = 16;

    private static final int MOST_ID = 256;
    private static final int MOST_DIGITS = 12;

    private final SecretKeySpec key;

    /**
     * @param secret {@code whsec_} and base64, or the key itself
     * @throws IllegalArgumentException one clause without the secret, when it is none
     */
    public WebhookSignature(String secret) {
        byte[] bytes = bytes(secret);
        if (bytes.length < LEAST_BYTES) {
            throw new IllegalArgumentException(
                    "the secret is too short: take at least 16 bytes, such as from"
                            + " 'openssl rand -base64 32'");
        }
        key = new SecretKeySpec(bytes, ALGORITHM);
    }

    private static byte[] bytes(String secret) {
        if (!secret.startsWith(ENCODED)) {
            return secret.getBytes(StandardCharsets.UTF_8);
        }
        try {
            return Base64.getDecoder().decode(secret.substring(ENCODED.length()));
        } catch (IllegalArgumentException _) {
            throw new IllegalArgumentException("what follows whsec_ in the secret is no base64");
        }
    }

    /** What {@link #SIGNATURE} is for this message. */
    public String sign(String id, Instant time, String body) {
        return VERSION
                + Base64.getEncoder()
                        .encodeToString(
                                mac(id, Long.toString(time.getEpochSecond()), bodyBytes(body)));
    }

    private static byte[] bodyBytes(String body) {
        return body.getBytes(StandardCharsets.UTF_8);
    }

    private byte[] mac(String id, String timestamp, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    /**
     * Whether a message that came in was signed with this secret, lately.
     *
     * @param headers its three headers
     * @return null if it was; else one clause that says why not
     */
    public @Nullable String refusal(Headers headers, byte[] body, Instant now) {
        String why = refusal(headers, now);
        if (why != null) {
            return why;
        }
        byte[] expected =
                mac(String.valueOf(headers.id()), String.valueOf(headers.timestamp()), body);
        return isSignedBy(expected, String.valueOf(headers.signature())) ? null : FOREIGN;
    }

    /** Why no secret can have signed it lately, whatever its body is; null if one may have. */
    public static @Nullable String refusal(Headers headers, Instant now) {
        if (headers.id() == null || headers.timestamp() == null || headers.signature() == null) {
            return "it needs the headers " + ID + ", " + TIMESTAMP + " and " + SIGNATURE;
        }
        if (headers.id().isEmpty() || headers.id().length() > MOST_ID) {
            return ID + " has 1 to " + MOST_ID + " characters";
        }
        String timestamp = headers.timestamp();
        if (!isNumber(timestamp)) {
            return TIMESTAMP + " is no number of seconds since 1970";
        }
        Duration apart = Duration.between(Instant.ofEpochSecond(Long.parseLong(timestamp)), now);
        if (apart.abs().compareTo(TOLERANCE) > 0) {
            return "%s is %d s away from the daemon's clock, and %d s are allowed: send it now, and check both clocks"
                    .formatted(TIMESTAMP, apart.abs().toSeconds(), TOLERANCE.toSeconds());
        }
        return null;
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty()
                && text.length() <= MOST_DIGITS
                && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** One of several, for the time in which a secret is replaced. */
    private static boolean isSignedBy(byte[] expected, String signatures) {
        boolean found = false;
        int from = 0;
        while (from <= signatures.length()) {
            int space = signatures.indexOf(' ', from);
            int end = space < 0 ? signatures.length() : space;
            found |= isSignature(expected, signatures.substring(from, end));
            from = end + 1;
        }
        return found;
    }

    private static boolean isSignature(byte[] expected, String signature) {
        if (!signature.startsWith(VERSION)) {
            return false;
        }
        try {
            byte[] given = Base64.getDecoder().decode(signature.substring(VERSION.length()));
            return MessageDigest.isEqual(expected, given);
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /**
     * What a message says about itself; null for a header that it does not have.
     *
     * @param id of the message, the same at each attempt
     */
    public record Headers(
            @Nullable String id, @Nullable String timestamp, @Nullable String signature) {}
}
