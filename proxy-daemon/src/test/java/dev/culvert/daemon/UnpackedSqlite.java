package dev.culvert.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.OSInfo;

/**
 * SQLite's library, unpacked once for all processes that tests start, as the image of the daemon
 * has it. Each process would unpack one of its own to the directory for temporary files, and leave
 * it there when it is killed.
 */
final class UnpackedSqlite {
    private static final Path FOLDER =
            Path.of("target", "sqlite-" + SQLiteJDBCLoader.getVersion()).toAbsolutePath();

    private UnpackedSqlite() {}

    /** The option of Java that has it used. */
    static String option() {
        try {
            Path library = FOLDER.resolve(System.mapLibraryName("sqlitejdbc"));
            if (!Files.exists(library)) {
                unpack(library);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "-Dorg.sqlite.lib.path=" + FOLDER;
    }

    private static void unpack(Path library) throws IOException {
        Files.createDirectories(FOLDER);
        Path fresh = Files.createTempFile(FOLDER, "library", ".new");
        String resource =
                "/org/sqlite/native/%s/%s"
                        .formatted(
                                OSInfo.getNativeLibFolderPathForCurrentOS(), library.getFileName());
        try (InputStream in = SQLiteJDBCLoader.class.getResourceAsStream(resource)) {
            Files.copy(
                    Objects.requireNonNull(in, resource),
                    fresh,
                    StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(fresh, library, StandardCopyOption.ATOMIC_MOVE);
    }
}
