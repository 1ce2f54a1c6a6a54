package dev.culvert.nats;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.nats.client.AuthHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Signs what a server asks with the seed of a credentials file, with Java's own Ed25519: the
 * client's would need another library. The file is that of {@code nsc}, which has a JWT and a seed,
 * or has a seed alone.
 */
final class SeedAuth implements AuthHandler {
    private static final Pattern JWT =
            Pattern.compile("(?m)^\\s*(eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]+)\\s*$");
    private static final Pattern SEED = Pattern.compile("(?m)^\\s*(SU[A-Z2-7]{56})\\s*$");
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private static final int BITS_OF_CHARACTER = 5;
    private static final int PREFIX_BYTES = 2;
    private static final int SEED_BYTES = 32;
    private static final int CHECK_BYTES = 2;

    /** What a user's public key begins with: 20, which reads as U. */
    private static final int USER = 20 << 3;

    private static final int MAX_BYTES = 64 * 1024;

    private final PrivateKey key;
    private final String id;
    private final Optional<String> jwt;

    private SeedAuth(PrivateKey key, String id, Optional<String> jwt) {
        this.key = key;
        this.id = id;
        this.jwt = jwt;
    }

    /**
     * Reads the file. Blocks.
     *
     * @throws IOException a sentence without what is in the file
     */
    static SeedAuth of(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException("cluster.credentials is " + file + ", which is too large");
        }
        return of(file.toString(), Files.readString(file, UTF_8));
    }

    static SeedAuth of(String name, String text) throws IOException {
        Matcher seed = SEED.matcher(text);
        if (!seed.find()) {
            throw new IOException(
                    "cluster.credentials is %s, which has no seed of a user: give the file that nsc generate creds writes, or one with a seed that begins with SU"
                            .formatted(name));
        }
        byte[] bytes = decoded(seed.group(1));
        int end = PREFIX_BYTES + SEED_BYTES;
        int check = (bytes[end] & 0xff) | (bytes[end + 1] & 0xff) << 8;
        if (check != crc(bytes, end)) {
            throw new IOException(
                    "cluster.credentials is %s, whose seed has a mistake: copy the file again"
                            .formatted(name));
        }
        try {
            KeyPair pair = pair(Arrays.copyOfRange(bytes, PREFIX_BYTES, end));
            Matcher jwt = JWT.matcher(text);
            return new SeedAuth(
                    pair.getPrivate(),
                    id(pair.getPublic().getEncoded()),
                    jwt.find() ? Optional.of(jwt.group(1)) : Optional.empty());
        } catch (GeneralSecurityException e) {
            throw new IOException("this Java has no Ed25519: " + e.getMessage(), e);
        }
    }

    /* Java has no way from a seed to its public key, but a generator takes the seed from its random. */
    private static KeyPair pair(byte[] seed) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
        generator.initialize(NamedParameterSpec.ED25519, new Fixed(seed));
        return generator.generateKeyPair();
    }

    /** Is asked once, for a seed. */
    private static final class Fixed extends SecureRandom {
        private static final long serialVersionUID = 1;

        private final byte[] seed;

        private Fixed(byte[] seed) {
            this.seed = seed;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            System.arraycopy(seed, 0, bytes, 0, bytes.length);
        }
    }

    private static String id(byte[] encoded) {
        byte[] whole = new byte[1 + SEED_BYTES + CHECK_BYTES];
        whole[0] = (byte) USER;
        System.arraycopy(encoded, encoded.length - SEED_BYTES, whole, 1, SEED_BYTES);
        int check = crc(whole, 1 + SEED_BYTES);
        whole[1 + SEED_BYTES] = (byte) check;
        whole[2 + SEED_BYTES] = (byte) (check >> 8);
        return encoded(whole);
    }

    /** CRC-16 of XMODEM. */
    private static int crc(byte[] bytes, int end) {
        int crc = 0;
        for (int i = 0; i < end; i++) {
            crc ^= (bytes[i] & 0xff) << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) == 0 ? crc << 1 : crc << 1 ^ 0x1021;
            }
            crc &= 0xffff;
        }
        return crc;
    }

    private static byte[] decoded(String base32) {
        byte[] bytes = new byte[base32.length() * BITS_OF_CHARACTER / 8];
        int held = 0;
        int bits = 0;
        int at = 0;
        for (int i = 0; i < base32.length(); i++) {
            held = held << BITS_OF_CHARACTER | ALPHABET.indexOf(base32.charAt(i));
            bits += BITS_OF_CHARACTER;
            if (bits >= 8) {
                bits -= 8;
                bytes[at++] = (byte) (held >> bits);
            }
            held &= 0xff;
        }
        return bytes;
    }

    private static String encoded(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        int held = 0;
        int bits = 0;
        for (byte it : bytes) {
            held = (held << 8 | (it & 0xff)) & 0xffff;
            bits += 8;
            while (bits >= BITS_OF_CHARACTER) {
                bits -= BITS_OF_CHARACTER;
                text.append(ALPHABET.charAt((held >> bits) & 31));
            }
        }
        if (bits > 0) {
            text.append(ALPHABET.charAt((held << (BITS_OF_CHARACTER - bits)) & 31));
        }
        return text.toString();
    }

    @Override
    public byte[] sign(byte[] nonce) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(key);
            signature.update(nonce);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public char[] getID() {
        return id.toCharArray();
    }

    @Override
    public char @Nullable [] getJWT() {
        return jwt.isPresent() ? jwt.get().toCharArray() : null;
    }

    /** For logs: never the key. */
    @Override
    public String toString() {
        return id;
    }
}
