package dev.culvert.daemon.state;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.sshtunnels.SshTunnelStore;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The SSH tunnels, in the database. */
final class SqlSshTunnels implements SshTunnelStore {
    private static final String UP = "up";
    private static final String DOWN = "down";

    private final Database database;

    SqlSshTunnels(Database database) {
        this.database = database;
    }

    @Override
    public List<Kept> read() throws IOException {
        return database.run(connection ->
                Sql.list(
                        connection,
                        row ->
                                new Kept(
                                        row.getString(1),
                                        row.getString(2).equals(UP),
                                        Instant.parse(row.getString(3)),
                                        Optional.of(new String(row.getBytes(4), UTF_8))
                                                .filter(json -> !json.isEmpty())),
                        "SELECT name, wanted, changed, content FROM tunnels ORDER BY name"));
    }

    @Override
    public void save(Kept tunnel) throws IOException {
        database.run(connection -> {
            Sql.update(connection, "DELETE FROM tunnels WHERE name = ?", tunnel.name());
            return Sql.update(
                    connection,
                    "INSERT INTO tunnels (name, wanted, changed, content) VALUES (?, ?, ?, ?)",
                    tunnel.name(),
                    tunnel.isWanted() ? UP : DOWN,
                    tunnel.changed().toString(),
                    tunnel.json().orElse("").getBytes(UTF_8));
        });
    }

    @Override
    public void forget(String name) throws IOException {
        database.run(
                connection -> Sql.update(connection, "DELETE FROM tunnels WHERE name = ?", name));
    }
}
