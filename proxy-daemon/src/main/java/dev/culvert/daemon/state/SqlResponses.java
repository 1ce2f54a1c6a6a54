package dev.culvert.daemon.state;

import dev.culvert.daemon.front.responses.ResponseStore;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The responses that clients may ask for again, in the database. */
final class SqlResponses implements ResponseStore {
    private static final Logger LOG = LoggerFactory.getLogger(SqlResponses.class);

    /** So many are read at once. */
    private static final int PAGE = 32;

    @SuppressWarnings("ArrayRecordComponent") // nobody compares two of these
    private record Row(String id, byte[] content) {}

    private final Database database;

    SqlResponses(Database database) {
        this.database = database;
    }

    @Override
    public boolean isKept() {
        return true;
    }

    @Override
    public void load(Reader reader) {
        try {
            List<Row> page = page("");
            while (!page.isEmpty()) {
                for (Row row : page) {
                    read(row, reader);
                }
                page = page(page.getLast().id());
            }
        } catch (IOException e) {
            LOG.error("not all responses of earlier runs are there: {}", e.getMessage());
        }
    }

    private List<Row> page(String after) throws IOException {
        return database.run(connection ->
                Sql.list(
                        connection,
                        row -> new Row(row.getString(1), row.getBytes(2)),
                        "SELECT id, content FROM responses WHERE id > ? AND damage IS NULL"
                                + " ORDER BY id LIMIT "
                                + PAGE,
                        after));
    }

    private void read(Row row, Reader reader) throws IOException {
        try {
            reader.read(row.id(), row.content());
        } catch (IOException e) {
            LOG.error(
                    "the response {} cannot be used: {}; its row in the table responses of {} is"
                            + " not read again",
                    Quoted.word(row.id()),
                    e.getMessage(),
                    database);
            database.onFailure();
            setAside(row.id(), String.valueOf(e.getMessage()));
        }
    }

    private void setAside(String id, String why) throws IOException {
        database.run(connection ->
                Sql.update(connection, "UPDATE responses SET damage = ? WHERE id = ?", why, id));
    }

    @Override
    public void save(Map<String, byte[]> responses, Collection<String> gone) throws IOException {
        database.run(connection -> {
            for (String id : gone) {
                delete(connection, id);
            }
            for (Map.Entry<String, byte[]> response : responses.entrySet()) {
                replace(connection, response.getKey(), response.getValue());
            }
            return responses.size();
        });
    }

    private static void delete(Connection connection, String id) throws SQLException {
        Sql.update(connection, "DELETE FROM responses WHERE id = ?", id);
    }

    static void replace(Connection connection, String id, byte[] content) throws SQLException {
        delete(connection, id);
        Sql.update(connection, "INSERT INTO responses (id, content) VALUES (?, ?)", id, content);
    }
}
