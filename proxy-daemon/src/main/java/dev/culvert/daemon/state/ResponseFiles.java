package dev.culvert.daemon.state;

import dev.culvert.io.FileTrouble;
import dev.culvert.io.OwnerOnly;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The responses that earlier versions kept in the directory {@code responses}, one file for each.
 * What is there at a start is imported, and removed after the commit: a client that deletes its
 * response leaves no copy behind.
 */
final class ResponseFiles {
    private static final Logger LOG = LoggerFactory.getLogger(ResponseFiles.class);
    private static final String SUFFIX = ".response";

    /** No response that a daemon wrote is larger. */
    private static final long MOST_BYTES = 1 << 30;

    private final Path directory;
    private final Runnable onFailure;
    private final List<Path> imported = new ArrayList<>();

    /**
     * @param onFailure runs for each file that cannot be read
     */
    ResponseFiles(Path stateDirectory, Runnable onFailure) {
        this.onFailure = onFailure;
        directory = stateDirectory.resolve("responses");
    }

    /** A file that cannot be read stays, with a line in the log. */
    void importAll(Connection connection) throws SQLException {
        for (Path file : files()) {
            String name = file.getFileName().toString();
            if (name.endsWith(SUFFIX)) {
                importOne(connection, file, name.substring(0, name.length() - SUFFIX.length()));
            } else if (name.endsWith(SUFFIX + OwnerOnly.UNFINISHED)) {
                imported.add(file); // the daemon was killed while it wrote
            }
        }
    }

    private List<Path> files() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (IOException e) {
            onFailure.run();
            LOG.error(
                    "the responses of earlier versions are not there, because {} cannot be read: {}",
                    directory,
                    FileTrouble.why(e));
            return List.of();
        }
    }

    private void importOne(Connection connection, Path file, String id) throws SQLException {
        byte[] content;
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new IOException("it is larger than any response");
            }
            content = Files.readAllBytes(file);
        } catch (IOException e) {
            onFailure.run();
            LOG.error(
                    "{} cannot be imported into the database, so its response is gone: {}",
                    Quoted.cut(file.toString(), 300),
                    FileTrouble.why(e));
            return;
        }
        SqlResponses.replace(connection, id, content);
        imported.add(file);
    }

    /** Removes what was imported, and the directory if nothing else is in it. */
    void remove() throws IOException {
        if (imported.isEmpty()) {
            return;
        }
        for (Path file : imported) {
            Files.deleteIfExists(file);
        }
        try {
            Files.deleteIfExists(directory);
        } catch (DirectoryNotEmptyException | NotDirectoryException _) {
            LOG.warn(
                    "{} has files that are not read: see what they are, and delete them",
                    directory);
        }
        LOG.info("imported {} responses from {} into the database", imported.size(), directory);
        imported.clear();
    }
}
