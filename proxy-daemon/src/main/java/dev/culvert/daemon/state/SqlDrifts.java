package dev.culvert.daemon.state;

import dev.culvert.daemon.webhooks.DriftStore;
import java.io.IOException;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;

/** The agents that were told as drifting, in the database. */
final class SqlDrifts implements DriftStore {
    private record Row(String agent, Instant since) {}

    private final Database database;

    SqlDrifts(Database database) {
        this.database = database;
    }

    @Override
    public Map<String, Instant> read() throws IOException {
        return database
                .run(connection ->
                        Sql.list(
                                connection,
                                row -> new Row(row.getString(1), time(row.getString(2))),
                                "SELECT agent, since FROM drifts"))
                .stream()
                .collect(Collectors.toMap(Row::agent, Row::since));
    }

    private static Instant time(String text) throws SQLException {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new SQLException("a time is not valid: " + e.getMessage(), e);
        }
    }

    @Override
    public void save(String agent, Instant since) throws IOException {
        database.run(connection ->
                Sql.update(
                        connection,
                        """
                        INSERT INTO drifts (agent, since) VALUES (?, ?)
                        ON CONFLICT (agent) DO UPDATE SET since = excluded.since
                        """,
                        agent,
                        since.toString()));
    }

    @Override
    public void delete(String agent) throws IOException {
        database.run(
                connection -> Sql.update(connection, "DELETE FROM drifts WHERE agent = ?", agent));
    }
}
