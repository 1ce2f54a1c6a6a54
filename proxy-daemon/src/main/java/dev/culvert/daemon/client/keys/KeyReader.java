package dev.culvert.daemon.client.keys;

import dev.culvert.io.FileTrouble;
import dev.culvert.io.OwnerOnly;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Takes keys from where they are.
 *
 * @param environment of this process
 */
public record KeyReader(Map<String, String> environment) {
    /** The largest key. */
    private static final int MAX_BYTES = 64 * 1024;

    /**
     * The key, without blanks around it; empty where there is to be none.
     *
     * @throws KeyException if it cannot be had
     */
    public String read(KeySource source) throws KeyException {
        return switch (source) {
            case KeySource.None _ -> "";
            case KeySource.InFile(Path path) -> file(path);
            case KeySource.InVariable(String name) -> variable(name);
            case KeySource.InKeyring(String name) -> new Keyring(environment).get(name);
        };
    }

    private static String file(Path path) throws KeyException {
        try {
            if (Files.exists(path) && OwnerOnly.isOfAnotherUser(path)) {
                throw new KeyException(
                        "the token file %s belongs to %s, who can read and change it, so it is not used: make a file of your own with the mode 0600"
                                .formatted(path, Quoted.word(Files.getOwner(path).getName())));
            }
            if (Files.exists(path) && OwnerOnly.isShared(path)) {
                throw new KeyException(
                        "the token file %s can be read or changed by others than its owner, so it is not used: run"
                                        .formatted(path)
                                + " 'chmod 600 %s', and make a new token if others may have seen it"
                                        .formatted(path));
            }
            try (InputStream in = Files.newInputStream(path)) {
                byte[] bytes = in.readNBytes(MAX_BYTES + 1);
                if (bytes.length > MAX_BYTES) {
                    throw new KeyException(
                            "the token file %s is no token: it has more than 64 KiB"
                                    .formatted(path));
                }
                return one(new String(bytes, StandardCharsets.UTF_8), "the token file " + path);
            }
        } catch (KeyException e) {
            throw e;
        } catch (IOException e) {
            throw new KeyException(
                    "the token file %s cannot be read: %s".formatted(path, FileTrouble.why(e)));
        }
    }

    private String variable(String name) throws KeyException {
        String key = environment.getOrDefault(name, "");
        if (key.isBlank()) {
            throw new KeyException(
                    "the environment variable %s, which is to have the token, is not set: set it"
                            .formatted(name));
        }
        return one(key, "the environment variable " + name);
    }

    /** Nothing of a wrong key is shown: it may be another secret. */
    static String one(String text, String where) throws KeyException {
        String key = text.strip();
        if (key.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
            throw new KeyException(
                    "what %s has is no token: that is one word on one line".formatted(where));
        }
        return key;
    }
}
