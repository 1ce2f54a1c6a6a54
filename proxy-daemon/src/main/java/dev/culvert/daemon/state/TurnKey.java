package dev.culvert.daemon.state;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.OwnerOnly;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The key of turn ids, in a file: with it, clients can return to their turns after a restart. */
final class TurnKey {
    private TurnKey() {}

    /**
     * Reads the key, or makes one and stores it when there is none. Blocks.
     *
     * @param bytes its length
     */
    static byte[] keptIn(Path stateDirectory, int bytes) throws IOException {
        Path file = stateDirectory.resolve("turn.key");
        try {
            String text = Files.readString(file, ISO_8859_1).strip();
            if (!text.matches("[0-9a-f]{" + 2 * bytes + "}")) {
                throw new IOException(
                        file
                                + " is damaged: restore it, or remove it, and clients cannot return"
                                + " to the turns that run now");
            }
            return HexFormat.of().parseHex(text);
        } catch (NoSuchFileException _) {
            byte[] key = new byte[bytes];
            new SecureRandom().nextBytes(key);
            OwnerOnly.write(file, UTF_8.encode(HexFormat.of().formatHex(key) + "\n"));
            return key;
        }
    }
}
