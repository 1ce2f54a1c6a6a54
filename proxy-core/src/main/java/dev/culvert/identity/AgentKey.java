package dev.culvert.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The public Ed25519 key of an agent.
 *
 * @param text its 32 bytes in base64url without padding
 */
public record AgentKey(String text) {
    static final String ALGORITHM = "Ed25519";

    private static final int BYTES = 32;

    /** What comes before the 32 bytes where Java writes such a key (RFC 8410). */
    private static final byte[] HEAD = HexFormat.of().parseHex("302a300506032b6570032100");

    /**
     * @throws IllegalArgumentException if that is no such key
     */
    public AgentKey {
        if (bytes(text).length != BYTES || !encoded(bytes(text)).equals(text)) {
            throw new IllegalArgumentException(
                    "a public key is 32 bytes in base64url without padding");
        }
    }

    static AgentKey of(PublicKey key) {
        byte[] all = key.getEncoded();
        return new AgentKey(encoded(Arrays.copyOfRange(all, HEAD.length, all.length)));
    }

    /**
     * Whether whoever has the private key signed {@code text}. Takes a quarter of a millisecond.
     *
     * @param signature in base64url without padding; anything else is no signature
     */
    public boolean signed(String signed, String signature) {
        try {
            byte[] raw = bytes(text);
            byte[] all = Arrays.copyOf(HEAD, HEAD.length + raw.length);
            System.arraycopy(raw, 0, all, HEAD.length, raw.length);
            PublicKey key =
                    KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(all));
            Signature check = Signature.getInstance(ALGORITHM);
            check.initVerify(key);
            check.update(signed.getBytes(UTF_8));
            return check.verify(bytes(signature));
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            return false; // some 32 bytes are no key, and some 64 bytes no signature
        }
    }

    /** The beginning of it, by which people recognise a key. */
    public String shown() {
        return text.substring(0, 8);
    }

    static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static byte[] bytes(String text) {
        return Base64.getUrlDecoder().decode(text);
    }

    @Override
    public String toString() {
        return text;
    }
}
