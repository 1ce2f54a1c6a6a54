package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The responses in a database that a daemon may be using: read and spoilt by a test. */
public final class ResponseRows implements AutoCloseable {
    private final Connection connection;

    public ResponseRows(Path stateDirectory) {
        this(stateDirectory, "culvert.db");
    }

    public ResponseRows(Path directory, String name) {
        try {
            connection =
                    DriverManager.getConnection(
                            "jdbc:sqlite:" + directory.resolve(name) + "?busy_timeout=10000");
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** Empty if there is no such response, or nothing in that column. */
    public String text(String column, String id) {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT " + column + " FROM responses WHERE id = ?")) {
            query.setString(1, id);
            try (ResultSet rows = query.executeQuery()) {
                byte[] bytes = rows.next() ? rows.getBytes(1) : null;
                return bytes == null ? "" : new String(bytes, ISO_8859_1);
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    byte[] content(String id) {
        return text("content", id).getBytes(ISO_8859_1);
    }

    void execute(String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * From now on the database refuses that.
     *
     * @param what INSERT or DELETE
     */
    public void refuse(String what) {
        execute(
                "CREATE TRIGGER refuse_%s BEFORE %s ON responses BEGIN SELECT RAISE(ABORT, 'refused'); END"
                        .formatted(what, what));
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }
}
