package dev.culvert.daemon.sshkeys;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;

/**
 * A public key, or a certificate, as the line of a file {@code NAME.pub} has it.
 *
 * @param algorithm its name
 * @param base64 what follows it
 */
public record PublicKeyLine(String algorithm, String base64, String comment) {
    private static final int MOST_CHARACTERS = 16 * 1024;
    private static final int PARTS = 3;
    private static final String CERTIFICATE = "-cert-v01@openssh.com";

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException one clause, when it is none
     */
    public static PublicKeyLine of(String line) {
        String text = line.strip();
        if (text.length() > MOST_CHARACTERS || text.lines().count() != 1) {
            throw new IllegalArgumentException("it is not one line of at most 16 KiB");
        }
        String[] parts = text.split("[ \t]+", PARTS);
        if (parts.length < 2) {
            throw new IllegalArgumentException("it is not TYPE BASE64 COMMENT");
        }
        String comment = parts.length < PARTS ? "" : parts[2];
        PublicKeyLine read = of(parts[0], decoded(parts[1]), comment);
        if (!read.first().equals(parts[0]) || read.keyBlob().length == 0) {
            throw new IllegalArgumentException(
                    "its base64 is not a key of the type before it, or is cut");
        }
        return read;
    }

    static PublicKeyLine of(String algorithm, byte[] blob, String comment) {
        return new PublicKeyLine(algorithm, Base64.getEncoder().encodeToString(blob), comment);
    }

    byte[] blob() {
        return Base64.getDecoder().decode(base64);
    }

    private static byte[] decoded(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("its second word is not base64", e);
        }
    }

    private String first() {
        try {
            return new String(string(ByteBuffer.wrap(blob())), US_ASCII);
        } catch (BufferUnderflowException _) {
            return "";
        }
    }

    private static byte[] string(ByteBuffer from) {
        int length = from.getInt();
        if (length < 0 || length > from.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        from.get(bytes);
        return bytes;
    }

    public boolean isCertificate() {
        return algorithm.endsWith(CERTIFICATE);
    }

    /** Whether this certificate is for that key. */
    boolean certifies(PublicKeyLine key) {
        return isCertificate() && MessageDigest.isEqual(keyBlob(), key.blob());
    }

    /** Without what a certificate adds. */
    /* It begins with its type and a nonce, which the members of the key follow without the key's own type. */
    private byte[] keyBlob() {
        if (!isCertificate()) {
            return blob();
        }
        byte[] type = plain().getBytes(US_ASCII);
        byte[] blob = blob();
        ByteBuffer all = ByteBuffer.allocate(type.length + Integer.BYTES + blob.length);
        all.putInt(type.length).put(type);
        try {
            ByteBuffer in = ByteBuffer.wrap(blob);
            string(in);
            string(in);
            for (int i = 0; i < members(plain()); i++) {
                byte[] member = string(in);
                all.putInt(member.length).put(member);
            }
            return Arrays.copyOf(all.array(), all.position());
        } catch (BufferUnderflowException _) {
            return new byte[0]; // it is cut
        }
    }

    private static int members(String type) {
        int ofHardware = type.startsWith("sk-") ? 1 : 0;
        return (type.contains("ed25519") ? 1 : 2) + ofHardware;
    }

    private String plain() {
        return isCertificate()
                ? algorithm.substring(0, algorithm.length() - CERTIFICATE.length())
                        + (algorithm.startsWith("sk-") ? "@openssh.com" : "")
                : algorithm;
    }

    /** As {@code ssh-keygen -l} prints it. */
    public String fingerprint() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(keyBlob());
            return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The length that people know the key by; 0 if it is of a type that is not known here. */
    public int bits() {
        if (algorithm.startsWith("ssh-ed25519") || algorithm.startsWith("sk-ssh-ed25519")) {
            return 256;
        }
        if (algorithm.startsWith("ecdsa-sha2-nistp")) {
            String size = plain().substring("ecdsa-sha2-nistp".length());
            return size.matches("[0-9]{3}") ? Integer.parseInt(size) : 0;
        }
        return plain().equals(KeyType.RSA.algorithm()) ? rsaBits() : 0;
    }

    private int rsaBits() {
        try {
            ByteBuffer in = ByteBuffer.wrap(keyBlob());
            string(in);
            string(in); // the exponent
            return new BigInteger(1, string(in)).bitLength();
        } catch (BufferUnderflowException _) {
            return 0;
        }
    }

    /** The word in brackets at the end of what {@code ssh-keygen -l} prints. */
    public String kind() {
        String plain = plain();
        String kind = plain.startsWith("ssh-") ? plain.substring("ssh-".length()) : plain;
        String word = kind.startsWith("ecdsa-") ? "ecdsa" : kind;
        return word.toUpperCase(Locale.ROOT) + (isCertificate() ? "-CERT" : "");
    }

    /** The line that {@code ssh-keygen -l} prints. */
    public String listed() {
        String shown = comment.isEmpty() ? "no comment" : comment;
        return "%d %s %s (%s)".formatted(bits(), fingerprint(), shown, kind());
    }

    /** The line itself. */
    public String text() {
        String key = algorithm + " " + base64;
        return comment.isEmpty() ? key : key + " " + comment;
    }

    @Override
    public String toString() {
        return text();
    }
}
