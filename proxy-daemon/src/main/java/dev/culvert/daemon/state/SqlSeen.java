package dev.culvert.daemon.state;

import dev.culvert.daemon.fleet.SeenStore;
import java.io.IOException;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;

/** When each agent was last heard, in the database. */
final class SqlSeen implements SeenStore {
    private record Row(String agent, Instant heard) {}

    private final Database database;

    SqlSeen(Database database) {
        this.database = database;
    }

    @Override
    public boolean isKept() {
        return true;
    }

    @Override
    public Map<String, Instant> read() throws IOException {
        return database
                .run(connection ->
                        Sql.list(
                                connection,
                                row -> new Row(row.getString(1), time(row.getString(2))),
                                "SELECT agent, heard FROM last_seen"))
                .stream()
                .collect(Collectors.toMap(Row::agent, Row::heard));
    }

    private static Instant time(String text) throws SQLException {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new SQLException("a time is not valid: " + e.getMessage(), e);
        }
    }

    @Override
    public void save(Map<String, Instant> heard, Collection<String> gone) throws IOException {
        database.run(connection -> {
            for (String agent : gone) {
                Sql.update(connection, "DELETE FROM last_seen WHERE agent = ?", agent);
            }
            for (Map.Entry<String, Instant> entry : heard.entrySet()) {
                Sql.update(connection, "DELETE FROM last_seen WHERE agent = ?", entry.getKey());
                Sql.update(
                        connection,
                        "INSERT INTO last_seen (agent, heard) VALUES (?, ?)",
                        entry.getKey(),
                        entry.getValue().toString());
            }
            return heard.size();
        });
    }
}
