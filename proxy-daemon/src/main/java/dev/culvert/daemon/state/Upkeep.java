package dev.culvert.daemon.state;

import dev.culvert.io.FileTrouble;
import dev.culvert.io.OwnerOnly;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Checks and backs up the database while the daemon uses it: over connections of its own, so that
 * nobody else waits. Safe for all threads. Blocks.
 */
public final class Upkeep {
    private static final int MOST_PROBLEMS = 20;

    /** Answers "ok" if the schema can be read. */
    private static final String SCHEMA =
            "SELECT CASE WHEN count(*) > 0 THEN 'ok' ELSE 'it is empty' END FROM sqlite_schema";

    private final Path directory;
    private final SqliteFile file;

    Upkeep(Path directory) {
        this.directory = directory;
        file = new SqliteFile(StateDir.databaseFile(directory));
    }

    /** The file of the database. */
    public Path file() {
        return StateDir.databaseFile(directory);
    }

    /** Reads the whole database. Returns what is wrong with it; nothing if it is sound. */
    public List<String> check() throws IOException {
        return on(Upkeep::problems);
    }

    /**
     * Opens the database and reads its schema: whether it answers, without reading it whole.
     * Returns what is wrong with it.
     */
    public List<String> look() throws IOException {
        return on(connection -> told(connection, SCHEMA));
    }

    private static List<String> problems(Connection connection) throws SQLException {
        return told(connection, "PRAGMA integrity_check(" + MOST_PROBLEMS + ")");
    }

    private static List<String> told(Connection connection, String question) throws SQLException {
        try {
            return Sql.list(connection, row -> row.getString(1), question).stream()
                    .filter(line -> !line.equals("ok"))
                    .toList();
        } catch (SQLException e) {
            if (SqliteFile.isDamage(e)) {
                return List.of(String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }

    /**
     * Writes a copy of the database as it is now to {@code backups} in its directory: the whole
     * copy, or nothing.
     *
     * @param name of the file, safe to be one
     * @throws FileAlreadyExistsException when there is a backup of that name
     */
    public Path backUp(String name) throws IOException {
        Path backups = directory.resolve("backups");
        Path copy = backups.resolve(name);
        if (Files.exists(copy)) {
            throw new FileAlreadyExistsException(copy.toString());
        }
        Path fresh = fresh(backups);
        try {
            on(connection -> Sql.update(connection, "VACUUM INTO ?", fresh.toString()));
            try (FileChannel written = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                written.force(true);
            }
            return Files.move(fresh, copy, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /** An empty file that only the owner may read. */
    private static Path fresh(Path backups) throws IOException {
        try {
            OwnerOnly.createDirectories(backups);
            return Files.createTempFile(backups, ".backup", ".new");
        } catch (IOException e) {
            throw new IOException(FileTrouble.of(e), e);
        }
    }

    private <T> T on(Database.Work<T> work) throws IOException {
        try (Connection connection = file.connect()) {
            return work.run(connection);
        } catch (SQLException e) {
            throw new IOException(file.why(e), e);
        } catch (IOException e) {
            throw new IOException(FileTrouble.of(e), e);
        }
    }
}
