package dev.culvert.guest;

import dev.culvert.guest.config.RuntimeSource;
import dev.culvert.io.FileTrouble;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads the file that holds the runtime's key. */
final class KeyFile {
    private static final int MOST_BYTES = 64 << 10;

    private KeyFile() {}

    /** Null if no file is set. */
    static @Nullable String read(RuntimeSource.Http runtime) throws IOException {
        Path file = runtime.keyFile();
        if (file == null) {
            return null;
        }
        try {
            if (Files.isDirectory(file)) {
                throw unusable(file, "it is a directory", null);
            }
            if (Files.size(file) > MOST_BYTES) {
                throw unusable(
                        file, "it has more than " + MOST_BYTES + " bytes, so it is no key", null);
            }
            return Files.readString(file).strip();
        } catch (CharacterCodingException e) {
            throw unusable(file, "it is not UTF-8 text", e);
        } catch (FileSystemException e) {
            throw unusable(file, FileTrouble.why(e), e);
        }
    }

    private static IOException unusable(Path file, String why, @Nullable IOException cause) {
        return new IOException(
                "runtime_key_file is "
                        + file
                        + ": "
                        + why
                        + "; set --runtime-key-file to a file that contains the runtime's key and"
                        + " that the agent's user may read, or omit it if the runtime needs no key",
                cause);
    }
}
