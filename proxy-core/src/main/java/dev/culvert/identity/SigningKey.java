package dev.culvert.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.NamedParameterSpec;
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
        return make(new SecureRandom());
    }

    /**
     * The same for a guest that may be a copy. Machines that come from one snapshot can have the
     * same random numbers for a while.
     *
     * @param nonce of this guest alone, such as that of its challenge; need not be secret
     */
    public static SigningKey make(String nonce) {
        return make(new SecureRandom(), nonce);
    }

    /* A source that is given a seed before its first number uses that seed alone. */
    static SigningKey make(SecureRandom random, String nonce) {
        random.nextBytes(new byte[1]);
        random.setSeed(nonce.getBytes(UTF_8));
        return make(random);
    }

    private static SigningKey make(SecureRandom random) {
        try {
            KeyPairGenerator maker = KeyPairGenerator.getInstance(AgentKey.ALGORITHM);
            maker.initialize(NamedParameterSpec.ED25519, random);
            KeyPair pair = maker.generateKeyPair();
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
