package dev.culvert.daemon.state;

import dev.culvert.daemon.inventory.Change;
import dev.culvert.daemon.inventory.InventoryStore;
import dev.culvert.daemon.inventory.Kind;
import dev.culvert.daemon.inventory.Thing;
import dev.culvert.daemon.proxmox.Fields;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What servers of Proxmox had, and what changed there, in the database. */
final class SqlInventory implements InventoryStore {
    private final Database database;

    SqlInventory(Database database) {
        this.database = database;
    }

    @Override
    public List<ServerRow> servers() throws IOException {
        return database.run(connection ->
                Sql.list(
                        connection,
                        row ->
                                new ServerRow(
                                        row.getString("name"),
                                        instant(row.getString("polled")),
                                        row.getString("version")),
                        "SELECT name, polled, version FROM inventory_servers ORDER BY name"));
    }

    private static Instant instant(String text) throws SQLException {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new SQLException("a time of the inventory is not valid: " + e.getMessage(), e);
        }
    }

    @Override
    public List<Thing> things(String server) throws IOException {
        return database.run(connection ->
                Sql.list(
                        connection,
                        SqlInventory::thing,
                        "SELECT * FROM inventory_things WHERE server = ? ORDER BY kind, id",
                        server));
    }

    private static Thing thing(ResultSet row) throws SQLException {
        String kind = row.getString("kind");
        try {
            return new Thing(
                    Kind.of(kind).orElseThrow(() -> new SQLException("no thing is a " + kind)),
                    row.getString("id"),
                    Fields.read(row.getString("content")),
                    instant(row.getString("seen")),
                    instant(row.getString("changed")));
        } catch (IOException e) {
            throw new SQLException(
                    "the %s %s of the inventory is not valid: %s"
                            .formatted(kind, row.getString("id"), e.getMessage()),
                    e);
        }
    }

    @Override
    public void save(Round round) throws IOException {
        database.run(connection -> {
            write(connection, round);
            return 0;
        });
    }

    private static void write(Connection connection, Round round) throws SQLException {
        String server = round.server().name();
        Sql.update(
                connection,
                """
                INSERT INTO inventory_servers (name, polled, version) VALUES (?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET polled = excluded.polled, version = excluded.version
                """,
                server,
                round.server().polled().toString(),
                round.server().version());
        for (Thing gone : round.gone()) {
            Sql.update(
                    connection,
                    "DELETE FROM inventory_things WHERE server = ? AND kind = ? AND id = ?",
                    server,
                    gone.kind().label(),
                    gone.id());
        }
        for (Thing thing : round.things()) {
            Sql.update(
                    connection,
                    """
                    INSERT INTO inventory_things (server, kind, id, seen, changed, content)
                    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (server, kind, id) DO UPDATE SET
                        seen = excluded.seen, changed = excluded.changed, content = excluded.content
                    """,
                    server,
                    thing.kind().label(),
                    thing.id(),
                    thing.seen().toString(),
                    thing.changed().toString(),
                    thing.kept().json());
        }
        if (!round.changes().isEmpty()) {
            append(connection, round);
        }
    }

    private static void append(Connection connection, Round round) throws SQLException {
        String server = round.server().name();
        long place =
                Sql.list(
                                connection,
                                row -> row.getLong(1),
                                "SELECT COALESCE(MAX(place), 0) FROM inventory_changes WHERE server"
                                        + " = ?",
                                server)
                        .getFirst();
        for (Change change : round.changes()) {
            place++;
            Sql.update(
                    connection,
                    """
                    INSERT INTO inventory_changes (server, place, subject, at, what, former, latter)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                    server,
                    place,
                    change.subject(),
                    change.at().toString(),
                    change.what(),
                    change.from(),
                    change.to());
        }
        Sql.update(
                connection,
                "DELETE FROM inventory_changes WHERE server = ? AND (place <= ? OR at < ?)",
                server,
                place - round.most(),
                round.before().toString());
    }

    @Override
    public void forget(String server) throws IOException {
        database.run(connection -> {
            Sql.update(connection, "DELETE FROM inventory_changes WHERE server = ?", server);
            Sql.update(connection, "DELETE FROM inventory_things WHERE server = ?", server);
            return Sql.update(connection, "DELETE FROM inventory_servers WHERE name = ?", server);
        });
    }

    @Override
    public List<PlacedChange> changes(String server, @Nullable String subject, long after, int most)
            throws IOException {
        long below = after <= 0 ? Long.MAX_VALUE : after;
        return database.run(connection ->
                subject == null
                        ? Sql.list(
                                connection,
                                SqlInventory::change,
                                """
                                SELECT * FROM inventory_changes WHERE server = ? AND place < ?
                                ORDER BY place DESC LIMIT ?
                                """,
                                server,
                                below,
                                most)
                        : Sql.list(
                                connection,
                                SqlInventory::change,
                                """
                                SELECT * FROM inventory_changes
                                WHERE server = ? AND subject = ? AND place < ?
                                ORDER BY place DESC LIMIT ?
                                """,
                                server,
                                subject,
                                below,
                                most));
    }

    private static PlacedChange change(ResultSet row) throws SQLException {
        return new PlacedChange(
                row.getLong("place"),
                new Change(
                        instant(row.getString("at")),
                        row.getString("subject"),
                        row.getString("what"),
                        row.getString("former"),
                        row.getString("latter")));
    }
}
