package dev.culvert.daemon.state;

import dev.culvert.daemon.auth.Token;
import dev.culvert.daemon.auth.TokenStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/** The tokens of a {@code state_dir} for a command, which opens the database for each call. */
final class CommandTokens implements TokenStore {
    private final Path directory;

    CommandTokens(Path directory) {
        this.directory = directory;
    }

    /** Creates nothing: without a database, the tokens are where earlier versions kept them. */
    @Override
    public List<Token> read() throws IOException {
        if (!Files.exists(StateDir.databaseFile(directory))) {
            return new TokenFile(directory.resolve("tokens.json")).read();
        }
        try (Database database = StateDir.database(directory, () -> {})) {
            return new SqlTokens(database).read();
        }
    }

    @Override
    public List<Token> change(UnaryOperator<List<Token>> change) throws IOException {
        try (Database database = StateDir.database(directory, () -> {})) {
            return new SqlTokens(database).change(change);
        }
    }
}
