package dev.culvert.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;

/** The private Ed25519 key of an agent, with its public one. It never leaves the guest. */
public final class SigningKey {
    private final PrivateKey secret;
    private final AgentKey open;

    private SigningKey(PrivateKey secret, AgentKey open) {
        this.secret = secret;
        this.open = open;
    }

    /** A new one, of the system's random numbers. */
    public static SigningKey make() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance(AgentKey.ALGORITHM).generateKeyPair();
            return new SigningKey(pair.getPrivate(), AgentKey.of(pair.getPublic()));
        } catch (GeneralSecurityException e) {
            throw noEd25519(e);
        }
    }

    /**
     * Reads what {@link #secretText} wrote.
     *
     * @throws IllegalArgumentException if that is no private key, or another one than of {@code
     *     open}
     */
    public static SigningKey of(String secretText, AgentKey open) {
        try {
            PrivateKey secret =
                    KeyFactory.getInstance(AgentKey.ALGORITHM)
                            .generatePrivate(new PKCS8EncodedKeySpec(AgentKey.bytes(secretText)));
            SigningKey key = new SigningKey(secret, open);
            if (!open.signed("culvert", key.sign("culvert"))) {
                throw new IllegalArgumentException("the public key belongs to another private key");
            }
            return key;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("it is no private Ed25519 key", e);
        }
    }

    /** For the file that only the guest may read: PKCS #8 in base64url. */
    public String secretText() {
        return AgentKey.encoded(secret.getEncoded());
    }

    public AgentKey open() {
        return open;
    }

    /** The signature in base64url without padding. */
    public String sign(String text) {
        try {
            Signature signature = Signature.getInstance(AgentKey.ALGORITHM);
            signature.initSign(secret);
            signature.update(text.getBytes(UTF_8));
            return AgentKey.encoded(signature.sign());
        } catch (GeneralSecurityException e) {
            throw noEd25519(e);
        }
    }

    private static IllegalStateException noEd25519(GeneralSecurityException e) {
        return new IllegalStateException("every Java has Ed25519", e);
    }

    /** Without the private key. */
    @Override
    public String toString() {
        return "key " + open.shown();
    }
}
