package dev.culvert.daemon.sshkeys;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.interfaces.EdECPrivateKey;
import java.util.Arrays;
import java.util.Base64;

/**
 * A new Ed25519 key, in the format of OpenSSH's {@code PROTOCOL.key}, without a passphrase.
 *
 * @param privateFile the text of the file NAME
 * @param publicLine the line of the file NAME.pub
 */
record Ed25519Key(String privateFile, PublicKeyLine publicLine) {
    private static final String TYPE = "ssh-ed25519";
    private static final String MAGIC = "openssh-key-v1\0";
    private static final int KEY_BYTES = 32;
    private static final int BLOCK_BYTES = 8;
    private static final int LINE = 70;

    static Ed25519Key generate(String comment) {
        KeyPair pair;
        try {
            pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has Ed25519", e);
        }
        byte[] encoded = pair.getPublic().getEncoded(); // X.509: the key is its end
        byte[] open = Arrays.copyOfRange(encoded, encoded.length - KEY_BYTES, encoded.length);
        byte[] seed = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
        PublicKeyLine line = PublicKeyLine.of(TYPE, joined(text(TYPE), string(open)), comment);
        return new Ed25519Key(file(line, open, seed), line);
    }

    private static String file(PublicKeyLine line, byte[] open, byte[] seed) {
        byte[] check = number(new SecureRandom().nextInt());
        byte[] secret =
                joined(
                        check,
                        check,
                        text(TYPE),
                        string(open),
                        string(joined(seed, open)),
                        text(line.comment()));
        byte[] all =
                joined(
                        MAGIC.getBytes(US_ASCII),
                        text("none"), // no cipher
                        text("none"), // no passphrase
                        text(""),
                        number(1),
                        string(line.blob()),
                        string(joined(secret, padding(secret.length))));
        byte[] newline = {'\n'};
        String base64 = Base64.getMimeEncoder(LINE, newline).encodeToString(all);
        return "-----BEGIN OPENSSH PRIVATE KEY-----\n%s\n-----END OPENSSH PRIVATE KEY-----\n"
                .formatted(base64);
    }

    private static byte[] padding(int length) {
        byte[] bytes = new byte[Math.floorMod(-length, BLOCK_BYTES)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i + 1);
        }
        return bytes;
    }

    private static byte[] text(String text) {
        return string(text.getBytes(UTF_8));
    }

    private static byte[] string(byte[] bytes) {
        return joined(number(bytes.length), bytes);
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** Without the private key. */
    @Override
    public String toString() {
        return publicLine.text();
    }
}
