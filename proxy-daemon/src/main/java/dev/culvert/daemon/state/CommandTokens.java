package dev.culvert.daemon.state;

import dev.culvert.daemon.auth.Token;
import dev.culvert.daemon.auth.TokenStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.UnaryOperator;

/** The tokens of a {@code state_dir} for a command, which opens the database for each call. */
final class CommandTokens implements TokenStore {
    private final Path directory;

    CommandTokens(Path directory) {
        this.directory = directory;
    }

    /**
     * Creates and changes nothing: an upgrade is tried with a command of the newer version while
     * the older daemon runs. Without a database, the tokens are where earlier versions kept them.
     */
    @Override
    public List<Token> read() throws IOException {
        Path file = StateDir.databaseFile(directory);
        if (!Files.exists(file)) {
            return new TokenFile(directory.resolve("tokens.json")).read();
        }
        SqliteFile database = new SqliteFile(file);
        try (Connection connection = database.connect()) {
            Schema.check(connection, database.toString());
            return SqlTokens.all(connection);
        } catch (SQLException e) {
            throw new IOException(database.why(e), e);
        }
    }

    @Override
    public List<Token> change(UnaryOperator<List<Token>> change) throws IOException {
        try (Database database = StateDir.database(directory, () -> {})) {
            return new SqlTokens(database).change(change);
        }
    }
}
