package dev.culvert.daemon.sshkeys;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/** What a private key without a passphrase, in the format of OpenSSH, says of its public part. */
final class PrivateKeyFile {
    private static final String BEGIN = "-----BEGIN OPENSSH PRIVATE KEY-----";
    private static final String END = "-----END OPENSSH PRIVATE KEY-----";
    private static final byte[] MAGIC = "openssh-key-v1\0".getBytes(US_ASCII);
    private static final String NO_CIPHER = "none";
    private static final long MOST_BYTES = 64 * 1024;

    private PrivateKeyFile() {}

    /** The public key with its comment; empty if the file is not there, or not in that format. */
    static Optional<PublicKeyLine> publicLine(Path file) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) > MOST_BYTES) {
            return Optional.empty();
        }
        try {
            return of(new String(Files.readAllBytes(file), ISO_8859_1));
        } catch (IllegalArgumentException | BufferUnderflowException _) {
            return Optional.empty(); // it is cut, or something else
        }
    }

    private static Optional<PublicKeyLine> of(String text) {
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            return Optional.empty();
        }
        String base64 = text.substring(begin + BEGIN.length(), end).replaceAll("\\s", "");
        ByteBuffer in = ByteBuffer.wrap(Base64.getDecoder().decode(base64));
        byte[] magic = new byte[MAGIC.length];
        in.get(magic);
        if (!Arrays.equals(magic, MAGIC)) {
            return Optional.empty();
        }
        boolean isOpen = new String(string(in), US_ASCII).equals(NO_CIPHER);
        string(in); // how a passphrase becomes a key
        string(in);
        in.getInt(); // how many keys: ssh-keygen writes one
        byte[] blob = string(in);
        String algorithm = new String(string(ByteBuffer.wrap(blob)), US_ASCII);
        String comment = isOpen ? comment(ByteBuffer.wrap(string(in))) : "";
        return Optional.of(PublicKeyLine.of(PublicKeyLine.of(algorithm, blob, comment).text()));
    }

    /** The last text before the padding, whose bytes 1, 2, 3, … are the length of nothing. */
    private static String comment(ByteBuffer secret) {
        secret.getLong(); // twice a number, by which a passphrase is checked
        byte[] last = {};
        try {
            while (secret.hasRemaining()) {
                last = string(secret);
            }
        } catch (BufferUnderflowException _) {
            // the padding
        }
        return new String(last, UTF_8);
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
}
