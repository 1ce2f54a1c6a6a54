package dev.culvert.daemon.state;

import dev.culvert.daemon.auth.Token;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What earlier versions kept in files of the {@code state_dir}. It is imported once, in the
 * transaction that creates the tables; then the files are renamed, or removed if they are
 * responses.
 */
final class FormerFiles {
    private static final Logger LOG = LoggerFactory.getLogger(FormerFiles.class);
    private static final String SOURCE = "files";

    private final Path tokens;
    private final Path desired;
    private final ResponseFiles responses;

    /**
     * @param onFailure runs for each file that is left out
     */
    FormerFiles(Path stateDirectory, Runnable onFailure) {
        tokens = stateDirectory.resolve("tokens.json");
        desired = stateDirectory.resolve("desired");
        responses = new ResponseFiles(stateDirectory, onFailure);
    }

    /** The first work of {@link Database#open}. */
    void importOnce(Connection connection) throws SQLException, IOException {
        responses.importAll(connection);
        boolean isDone =
                !Sql.list(
                                connection,
                                row -> row.getString(1),
                                "SELECT source FROM imports WHERE source = ?",
                                SOURCE)
                        .isEmpty();
        if (isDone) {
            return;
        }
        for (Token token : new TokenFile(tokens).read()) {
            SqlTokens.insert(connection, token);
        }
        for (DesiredFiles.Entry entry : DesiredFiles.read(desired)) {
            SqlDesired.insert(connection, entry.agentId(), entry.settingsHash(), entry.desired());
        }
        Sql.update(
                connection,
                "INSERT INTO imports (source, imported) VALUES (?, ?)",
                SOURCE,
                Instant.now().toString());
    }

    /** Renames the files, which nothing reads from now on. */
    void moveAside() throws IOException {
        responses.remove();
        for (Path file : List.of(tokens, desired)) {
            if (Files.exists(file)) {
                Path aside = file.resolveSibling(file.getFileName() + ".imported");
                if (Files.exists(aside)) {
                    LOG.warn(
                            "{} is not read: what earlier versions kept there was imported before,"
                                    + " and is in the database now; delete it",
                            file);
                } else {
                    Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
                    LOG.info("imported {} into the database; it is {} now", file, aside);
                }
            }
        }
    }
}
