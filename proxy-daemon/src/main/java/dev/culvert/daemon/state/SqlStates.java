package dev.culvert.daemon.state;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.plans.KeptState;
import dev.culvert.daemon.plans.StateStore;
import dev.culvert.infra.GuestId;
import dev.culvert.infra.ManagedGuest;
import dev.culvert.value.Value;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The desired states of infrastructure, in the database. */
final class SqlStates implements StateStore {
    private final Database database;

    SqlStates(Database database) {
        this.database = database;
    }

    @Override
    public List<KeptState> read() throws IOException {
        return database.run(connection ->
                Sql.list(
                        connection,
                        SqlStates::state,
                        """
                        SELECT name, revision, author, written, run, managed, content
                        FROM infra_states ORDER BY name
                        """));
    }

    private static KeptState state(ResultSet row) throws SQLException {
        String name = row.getString(1);
        try {
            Map<GuestId, ManagedGuest> managed = new TreeMap<>();
            for (Value each : Value.parse(new String(row.getBytes(6), UTF_8)).list()) {
                ManagedGuest guest = ManagedGuest.of(each);
                managed.put(guest.id(), guest);
            }
            return new KeptState(
                    name,
                    row.getLong(2),
                    new String(row.getBytes(7), UTF_8),
                    managed,
                    row.getString(3),
                    Instant.parse(row.getString(4)),
                    row.getString(5));
        } catch (IOException | DateTimeException | IllegalArgumentException e) {
            throw new SQLException(
                    "the desired state %s is damaged: %s".formatted(name, e.getMessage()), e);
        }
    }

    @Override
    public void save(KeptState state) throws IOException {
        String managed =
                Value.of(
                                new TreeMap<>(state.managed())
                                        .values().stream().map(ManagedGuest::value).toList())
                        .json();
        database.run(connection -> {
            Sql.update(connection, "DELETE FROM infra_states WHERE name = ?", state.name());
            return Sql.update(
                    connection,
                    """
                    INSERT INTO infra_states (name, revision, author, written, run, managed, content)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                    state.name(),
                    state.revision(),
                    state.author(),
                    state.written().toString(),
                    state.run(),
                    managed.getBytes(UTF_8),
                    state.text().getBytes(UTF_8));
        });
    }

    @Override
    public void delete(String name) throws IOException {
        database.run(connection ->
                Sql.update(connection, "DELETE FROM infra_states WHERE name = ?", name));
    }
}
