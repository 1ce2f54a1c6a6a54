package dev.culvert.daemon.state;

import dev.culvert.daemon.flows.FlowStore;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The journal of flows, in the database. */
final class SqlFlows implements FlowStore {
    private final Database database;

    SqlFlows(Database database) {
        this.database = database;
    }

    @Override
    public boolean isKept() {
        return true;
    }

    @Override
    public List<RunRow> runs() throws IOException {
        return database.run(connection ->
                Sql.list(
                        connection,
                        SqlFlows::run,
                        """
                        SELECT id, flow, tenant, caller, state, started, ended, content
                        FROM flow_runs ORDER BY started, id
                        """));
    }

    @Override
    public @Nullable RunRow run(String id) throws IOException {
        List<RunRow> found =
                database.run(connection ->
                        Sql.list(
                                connection,
                                SqlFlows::run,
                                "SELECT * FROM flow_runs WHERE id = ?",
                                id));
        return found.isEmpty() ? null : found.getFirst();
    }

    private static RunRow run(ResultSet row) throws SQLException {
        String ended = row.getString("ended");
        String id = row.getString("id");
        return new RunRow(
                id,
                row.getString("flow"),
                row.getString("tenant"),
                row.getString("caller"),
                row.getString("state"),
                instant(id, row.getString("started")),
                ended == null ? null : instant(id, ended),
                row.getBytes("content"));
    }

    private static Instant instant(String id, String text) throws SQLException {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new SQLException(
                    "a time of the flow run " + id + " is not valid: " + e.getMessage(), e);
        }
    }

    @Override
    public List<StepRow> steps(String run) throws IOException {
        return database.run(connection ->
                Sql.list(
                        connection,
                        row ->
                                new StepRow(
                                        run,
                                        row.getString("step"),
                                        row.getString("state"),
                                        instant(run, row.getString("changed")),
                                        row.getBytes("content")),
                        "SELECT step, state, changed, content FROM flow_steps WHERE run = ? ORDER BY step",
                        run));
    }

    @Override
    public void save(RunRow it) throws IOException {
        Instant ended = it.ended();
        database.run(connection ->
                Sql.update(
                        connection,
                        """
                        INSERT INTO flow_runs (id, flow, tenant, caller, state, started, ended, content)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
                            state = excluded.state, ended = excluded.ended, content = excluded.content
                        """,
                        it.id(),
                        it.flow(),
                        it.tenant(),
                        it.caller(),
                        it.state(),
                        it.started().toString(),
                        ended == null ? null : ended.toString(),
                        it.content()));
    }

    @Override
    public void save(StepRow it) throws IOException {
        database.run(connection ->
                Sql.update(
                        connection,
                        """
                        INSERT INTO flow_steps (run, step, state, changed, content)
                        VALUES (?, ?, ?, ?, ?) ON CONFLICT (run, step) DO UPDATE SET
                            state = excluded.state, changed = excluded.changed, content = excluded.content
                        """,
                        it.run(),
                        it.step(),
                        it.state(),
                        it.changed().toString(),
                        it.content()));
    }

    @Override
    public void delete(Collection<String> runs) throws IOException {
        if (runs.isEmpty()) {
            return;
        }
        database.run(connection -> {
            for (String run : runs) {
                Sql.update(connection, "DELETE FROM flow_steps WHERE run = ?", run);
                Sql.update(connection, "DELETE FROM flow_runs WHERE id = ?", run);
            }
            return runs.size();
        });
    }

    @Override
    public @Nullable CachedRow cached(String digest) throws IOException {
        List<CachedRow> found =
                database.run(connection ->
                        Sql.list(
                                connection,
                                row ->
                                        new CachedRow(
                                                instant(digest, row.getString("stored")),
                                                row.getBytes("content")),
                                "SELECT stored, content FROM flow_cache WHERE digest = ?",
                                digest));
        return found.isEmpty() ? null : found.getFirst();
    }

    @Override
    public void cache(String digest, CachedRow it, int most) throws IOException {
        database.run(connection -> {
            Sql.update(
                    connection,
                    """
                    INSERT INTO flow_cache (digest, stored, content) VALUES (?, ?, ?)
                    ON CONFLICT (digest) DO UPDATE SET stored = excluded.stored, content = excluded.content
                    """,
                    digest,
                    it.stored().toString(),
                    it.content());
            return Sql.update(
                    connection,
                    """
                    DELETE FROM flow_cache WHERE digest NOT IN
                        (SELECT digest FROM flow_cache ORDER BY stored DESC, digest LIMIT %d)
                    """
                            .formatted(most));
        });
    }
}
