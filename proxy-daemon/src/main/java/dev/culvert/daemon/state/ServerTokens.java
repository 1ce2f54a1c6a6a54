package dev.culvert.daemon.state;

import dev.culvert.daemon.auth.Token;
import dev.culvert.daemon.auth.TokenStore;
import dev.culvert.daemon.config.DatabaseSettings;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.UnaryOperator;

/** The tokens in a database server for a command, also while a daemon uses them. */
final class ServerTokens implements TokenStore {
    private final PostgresServer server;

    ServerTokens(DatabaseSettings settings) {
        server = new PostgresServer(settings, false);
    }

    /** Creates and changes nothing. */
    @Override
    public List<Token> read() throws IOException {
        try (Connection connection = server.connect()) {
            boolean isEmpty =
                    Sql.list(
                                    connection,
                                    row -> row.getString(1),
                                    "SELECT table_name FROM information_schema.tables"
                                            + " WHERE table_schema = current_schema()"
                                            + " AND table_name = 'schema_version'")
                            .isEmpty();
            if (isEmpty) {
                return List.of();
            }
            Schema.check(connection, server.toString());
            return SqlTokens.all(connection);
        } catch (SQLException e) {
            throw new IOException(server.why(e), e);
        }
    }

    @Override
    public List<Token> change(UnaryOperator<List<Token>> change) throws IOException {
        try (Database database = Database.open(server, _ -> {}, Database.PATIENCE, () -> {})) {
            return new SqlTokens(database).change(change);
        }
    }
}
