package dev.culvert.daemon.state;

import dev.culvert.daemon.webhooks.DeliveryStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;

/** The messages of webhooks that were not delivered yet, in the database. */
final class SqlDeliveries implements DeliveryStore {
    private final Database database;

    SqlDeliveries(Database database) {
        this.database = database;
    }

    @Override
    public boolean isKept() {
        return true;
    }

    @Override
    public List<Row> read() throws IOException {
        return database.run(connection ->
                Sql.list(
                        connection,
                        row ->
                                new Row(
                                        row.getString(1),
                                        row.getString(2),
                                        row.getInt(3),
                                        new String(row.getBytes(4), StandardCharsets.UTF_8)),
                        "SELECT id, due, attempts, content FROM deliveries ORDER BY id"));
    }

    @Override
    public void save(Collection<Row> changed, Collection<String> gone) throws IOException {
        database.run(connection -> {
            for (String id : gone) {
                Sql.update(connection, "DELETE FROM deliveries WHERE id = ?", id);
            }
            for (Row row : changed) {
                Sql.update(connection, "DELETE FROM deliveries WHERE id = ?", row.id());
                Sql.update(
                        connection,
                        "INSERT INTO deliveries (id, due, attempts, content) VALUES (?, ?, ?, ?)",
                        row.id(),
                        row.due(),
                        row.attempts(),
                        row.content().getBytes(StandardCharsets.UTF_8));
            }
            return changed.size();
        });
    }
}
