package dev.culvert.daemon.state;

import dev.culvert.daemon.config.DatabaseSettings;
import dev.culvert.io.Quoted;
import dev.culvert.settings.LiveSecret;
import java.io.IOException;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Properties;

/** A database of PostgreSQL: opens it, and says what its errors mean. */
/*
 * Its errors are listed at https://www.postgresql.org/docs/15/errcodes-appendix.html. Two advisory locks in a space of
 * our own stand for what the kernel and SQLite do for a file: HELD is that of the one daemon, and ends with its
 * connection; WRITING is that of a transaction, because commands such as `culvertd token create` write, too. The second
 * number is that of the schema: several daemons may share a database, each with a schema of its own.
 */
final class PostgresServer implements Engine {
    /** The letters "CULV" and "CULW". */
    private static final int HELD = 0x43554c56;

    private static final int WRITING = 0x43554c57;

    private static final String PREPARE =
            """
            SET synchronous_commit = on; SET lock_timeout = '5s'; SET standard_conforming_strings = on;
            SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3
            """;

    private final String url;
    private final Optional<String> user;
    private final Optional<LiveSecret> password;
    private final PostgresDriver driver;
    private final boolean isHeld;

    /**
     * @param settings with an address
     * @param isHeld whether nobody else may hold it so at the same time
     */
    PostgresServer(DatabaseSettings settings, boolean isHeld) {
        this.isHeld = isHeld;
        url = settings.url().orElseThrow();
        user = settings.user();
        password = settings.password().map(source -> new LiveSecret(source, System.getenv()));
        driver = new PostgresDriver(settings.driver());
    }

    @Override
    public Connection connect() throws IOException, SQLException {
        Driver found = driver.load();
        Connection connection = null;
        try {
            connection = found.connect(url, properties());
            if (connection == null) {
                throw new IOException(this + " is no address that its driver knows");
            }
            try (Statement statement = connection.createStatement()) {
                statement.execute(PREPARE);
                if (isHeld) {
                    hold(statement);
                }
            }
            Connection ready = connection;
            connection = null;
            return ready;
        } finally {
            if (connection != null) {
                connection.close();
            }
        }
    }

    private Properties properties() throws IOException {
        Properties properties = new Properties();
        user.ifPresent(name -> properties.setProperty("user", name));
        if (password.isPresent()) {
            properties.setProperty("password", password.get().text().reveal());
        }
        properties.setProperty("ApplicationName", "culvertd " + ProcessHandle.current().pid());
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("socketTimeout", "10"); // less than the patience of callers
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("gssEncMode", "disable");
        return properties;
    }

    private void hold(Statement statement) throws IOException, SQLException {
        try {
            statement.execute(
                    "SET lock_timeout = '2s'; SELECT pg_advisory_lock(%d, hashtext(current_schema()));"
                                    .formatted(HELD)
                            + " SET lock_timeout = '5s'");
        } catch (SQLException e) {
            if (!state(e).equals("55P03")) {
                throw e;
            }
            throw new IOException(
                    "another culvertd uses %s: stop that one, or give each daemon a database or a schema of its own (?currentSchema=NAME)"
                            .formatted(this),
                    e);
        }
    }

    @Override
    public String begin() {
        return "BEGIN; SELECT pg_advisory_xact_lock(%d, hashtext(current_schema()))"
                .formatted(WRITING);
    }

    private static String state(SQLException trouble) {
        String state = trouble.getSQLState();
        return state == null ? "" : state;
    }

    @Override
    public String why(SQLException trouble) {
        String state = state(trouble);
        String said = Quoted.sentence(String.valueOf(trouble.getMessage()).strip());
        return switch (state.length() == 5 ? state.substring(0, 2) : "") {
            case "08" ->
                    "%s cannot be reached (%s): start PostgreSQL, or correct database.url"
                            .formatted(this, said);
            case "28" ->
                    "%s refuses the user (%s): correct database.user and database.password, or pg_hba.conf of the server"
                            .formatted(this, said);
            case "3D" ->
                    "%s does not exist (%s): create it with createdb, or correct database.url"
                            .formatted(this, said);
            case "42" ->
                    "%s cannot be used (%s): let its user own the schema, with GRANT ALL ON SCHEMA"
                            .formatted(this, said);
            case "53" -> "%s is short of something (%s): free it there".formatted(this, said);
            case "55" ->
                    "another process has locked %s for 5 s (%s): see which one in pg_locks"
                            .formatted(this, said);
            case "57" ->
                    "%s ended the connection (%s): see whether it is starting or stopping"
                            .formatted(this, said);
            default -> "%s cannot be used: %s".formatted(this, said);
        };
    }

    @Override
    public boolean isLost(SQLException trouble) {
        String state = state(trouble);
        return state.startsWith("08") || state.startsWith("57P");
    }

    @Override
    public String silent(String forHowLong) {
        return "%s has not answered %s: look at that server and the network"
                .formatted(this, forHowLong);
    }

    /** Without what may follow the name of the database. */
    @Override
    public String toString() {
        return DatabaseSettings.name(url);
    }
}
