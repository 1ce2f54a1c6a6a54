package dev.culvert.daemon.sshkeys;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The kinds of keys that can be made. */
public enum KeyType {
    ED25519("ed25519", "ssh-ed25519", 256),
    RSA("rsa", "ssh-rsa", 3_072),
    ECDSA("ecdsa", "ecdsa-sha2-nistp256", 256);

    private final String label;
    private final String algorithm;
    private final int bits;

    KeyType(String label, String algorithm, int bits) {
        this.label = label;
        this.algorithm = algorithm;
        this.bits = bits;
    }

    /** As {@code ssh-keygen -t} takes it. */
    public String label() {
        return label;
    }

    /** The name of its algorithm in a public key. */
    String algorithm() {
        return algorithm;
    }

    /** How long a new one is. */
    int bits() {
        return bits;
    }

    public static List<String> labels() {
        return Arrays.stream(values()).map(KeyType::label).toList();
    }

    public static Optional<KeyType> of(String label) {
        return Arrays.stream(values()).filter(type -> type.label.equals(label)).findAny();
    }
}
