package dev.culvert.daemon.state;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.operations.PastRun;
import dev.culvert.daemon.operations.Run;
import dev.culvert.daemon.operations.RunStore;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The runs that have ended, in the database. */
final class SqlRuns implements RunStore {
    private record Line(String run, String text) {}

    private final Database database;

    SqlRuns(Database database) {
        this.database = database;
    }

    @Override
    public boolean isKept() {
        return true;
    }

    @Override
    public List<PastRun> read() throws IOException {
        return database.run(connection -> {
            Map<String, List<String>> lines = new HashMap<>();
            for (Line line :
                    Sql.list(
                            connection,
                            row -> new Line(row.getString(1), row.getString(2)),
                            "SELECT run, line FROM run_lines ORDER BY run, position")) {
                lines.computeIfAbsent(line.run(), _ -> new ArrayList<>()).add(line.text());
            }
            return Sql.list(connection, row -> run(row, lines), "SELECT * FROM runs").stream()
                    .sorted(Comparator.comparing(PastRun::begun).thenComparing(PastRun::id))
                    .toList();
        });
    }

    private static PastRun run(ResultSet row, Map<String, List<String>> lines) throws SQLException {
        String id = row.getString("id");
        try {
            return new PastRun(
                    id,
                    row.getString("operation"),
                    row.getString("path"),
                    new PastRun.By(
                            row.getString("caller"),
                            Caller.Kind.valueOf(row.getString("caller_kind")),
                            row.getString("tenant")),
                    row.getString("request"),
                    Instant.parse(row.getString("begun")),
                    row.getLong("bytes_in"),
                    row.getLong("cpu_nanos"),
                    lines.getOrDefault(id, List.of()),
                    new Run.End(
                            row.getInt("status"),
                            row.getLong("nanos"),
                            row.getLong("bytes_out"),
                            row.getString("error")));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new SQLException("the run " + id + " is not valid: " + e.getMessage(), e);
        }
    }

    @Override
    public void save(Collection<PastRun> ended, Collection<String> gone) throws IOException {
        database.run(connection -> {
            for (String id : gone) {
                delete(connection, id);
            }
            for (PastRun run : ended) {
                delete(connection, run.id());
                insert(connection, run);
            }
            return ended.size();
        });
    }

    private static void delete(Connection connection, String id) throws SQLException {
        Sql.update(connection, "DELETE FROM run_lines WHERE run = ?", id);
        Sql.update(connection, "DELETE FROM runs WHERE id = ?", id);
    }

    private static void insert(Connection connection, PastRun run) throws SQLException {
        Sql.update(
                connection,
                """
                INSERT INTO runs (id, operation, path, caller, caller_kind, tenant, request, begun,
                    bytes_in, cpu_nanos, status, nanos, bytes_out, error)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                run.id(),
                run.operation(),
                run.path(),
                run.by().name(),
                run.by().kind().name(),
                run.by().tenant(),
                run.requestId(),
                run.begun().toString(),
                run.bytesIn(),
                run.cpuNanos(),
                (long) run.end().status(),
                run.end().nanos(),
                run.end().bytesOut(),
                run.end().why());
        long position = 0;
        for (String line : run.lines()) {
            Sql.update(
                    connection,
                    "INSERT INTO run_lines (run, position, line) VALUES (?, ?, ?)",
                    run.id(),
                    position++,
                    line);
        }
    }
}
