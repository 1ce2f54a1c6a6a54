package dev.culvert.daemon.state;

import dev.culvert.daemon.continuations.Continuation;
import dev.culvert.daemon.continuations.ContinuationStore;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is stored of turns whose clients have tools of their own, in the database. */
final class SqlContinuations implements ContinuationStore {
    private final Database database;

    SqlContinuations(Database database) {
        this.database = database;
    }

    @Override
    public boolean isKept() {
        return true;
    }

    @Override
    public List<Head> heads(int bytes) throws IOException {
        return database.run(connection ->
                Sql.list(
                        connection,
                        row -> new Head(continuation(row), row.getLong("size")),
                        """
                        SELECT hash, turn, tenant, caller, agent, expires, used,
                            substr(content, 1, %d) AS content, length(content) AS size
                        FROM continuations ORDER BY expires, hash
                        """
                                .formatted(bytes)));
    }

    @Override
    public @Nullable Continuation find(String hash) throws IOException {
        List<Continuation> found =
                database.run(connection ->
                        Sql.list(
                                connection,
                                SqlContinuations::continuation,
                                "SELECT * FROM continuations WHERE hash = ?",
                                hash));
        return found.isEmpty() ? null : found.getFirst();
    }

    private static Continuation continuation(ResultSet row) throws SQLException {
        String turn = row.getString("turn");
        try {
            return new Continuation(
                    row.getString("hash"),
                    turn,
                    row.getString("tenant"),
                    row.getString("caller"),
                    row.getString("agent"),
                    Instant.parse(row.getString("expires")),
                    row.getString("used"),
                    row.getBytes("content"));
        } catch (DateTimeException e) {
            throw new SQLException(
                    "the continuation of the turn " + turn + " is not valid: " + e.getMessage(), e);
        }
    }

    @Override
    public void save(Continuation it) throws IOException {
        database.run(connection -> {
            Sql.update(
                    connection,
                    "DELETE FROM continuations WHERE hash = ? AND used IS NULL",
                    it.hash());
            return Sql.update(
                    connection,
                    """
                    INSERT INTO continuations (hash, turn, tenant, caller, agent, expires, used, content)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING
                    """,
                    it.hash(),
                    it.turn(),
                    it.tenant(),
                    it.caller(),
                    it.agent(),
                    it.expires().toString(),
                    it.used(),
                    it.content());
        });
    }

    @Override
    public @Nullable String use(String hash, String whom) throws IOException {
        List<String> used =
                database.run(connection -> {
                    Sql.update(
                            connection,
                            "UPDATE continuations SET used = ? WHERE hash = ? AND used IS NULL",
                            whom,
                            hash);
                    return Sql.list(
                            connection,
                            row -> row.getString(1),
                            "SELECT used FROM continuations WHERE hash = ?",
                            hash);
                });
        return used.isEmpty() ? null : used.getFirst();
    }

    @Override
    public void giveBack(String hash, String whom) throws IOException {
        database.run(connection ->
                Sql.update(
                        connection,
                        "UPDATE continuations SET used = NULL WHERE hash = ? AND used = ?",
                        hash,
                        whom));
    }

    @Override
    public void replaceContent(String hash, byte[] content) throws IOException {
        database.run(connection ->
                Sql.update(
                        connection,
                        "UPDATE continuations SET content = ? WHERE hash = ?",
                        content,
                        hash));
    }

    @Override
    public void delete(Collection<String> hashes) throws IOException {
        if (hashes.isEmpty()) {
            return;
        }
        database.run(connection -> {
            for (String hash : hashes) {
                Sql.update(connection, "DELETE FROM continuations WHERE hash = ?", hash);
            }
            return hashes.size();
        });
    }
}
