package dev.culvert.daemon.state;

import dev.culvert.daemon.previews.Preview;
import dev.culvert.daemon.previews.PreviewStore;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/** The previews in the database, without the secrets of their links. */
final class SqlPreviews implements PreviewStore {
    private final Database database;

    SqlPreviews(Database database) {
        this.database = database;
    }

    @Override
    public List<Preview> read() throws IOException {
        return database.run(connection ->
                Sql.list(connection, SqlPreviews::preview, "SELECT * FROM previews ORDER BY id"));
    }

    private static Preview preview(ResultSet row) throws SQLException {
        String id = row.getString("id");
        String revoked = row.getString("revoked");
        try {
            return new Preview(
                    id,
                    row.getString("agent"),
                    row.getString("tenant"),
                    row.getInt("port"),
                    row.getString("caller"),
                    Instant.parse(row.getString("expires")),
                    revoked == null ? null : Instant.parse(revoked));
        } catch (DateTimeException e) {
            throw new SQLException("the preview " + id + " is not valid: " + e.getMessage(), e);
        }
    }

    @Override
    public void save(Preview it) throws IOException {
        Instant revoked = it.revoked();
        database.run(connection ->
                Sql.update(
                        connection,
                        """
                        INSERT INTO previews (id, agent, tenant, port, caller, expires, revoked)
                        VALUES (?, ?, ?, ?, ?, ?, ?)
                        ON CONFLICT (id) DO UPDATE SET agent = excluded.agent,
                            tenant = excluded.tenant, port = excluded.port, caller = excluded.caller,
                            expires = excluded.expires, revoked = excluded.revoked
                        """,
                        it.id(),
                        it.agent(),
                        it.tenant(),
                        it.port(),
                        it.caller(),
                        it.expires().toString(),
                        revoked == null ? null : revoked.toString()));
    }

    @Override
    public void delete(Collection<String> ids) throws IOException {
        if (ids.isEmpty()) {
            return;
        }
        database.run(connection -> {
            for (String id : ids) {
                Sql.update(connection, "DELETE FROM previews WHERE id = ?", id);
            }
            return ids.size();
        });
    }
}
