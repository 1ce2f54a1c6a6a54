package dev.culvert.daemon.state;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection of a database, and another one after it is lost. Confined to the database's
 * thread, but for {@link #refuseWhileItIsLost} and {@link #isLost}.
 */
/*
 * While it is lost, one piece of work a second tries to connect, and all others are refused at once: nobody waits in a
 * queue for a server that is away.
 */
final class DatabaseConnection {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseConnection.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /**
     * There is no connection.
     *
     * @param why one clause
     * @param untilNanos nobody tries before that
     */
    private record Outage(String why, long untilNanos) {}

    private final Engine engine;
    private @Nullable Connection connection;
    private volatile @Nullable Outage outage;

    DatabaseConnection(Engine engine, Connection connection) {
        this.engine = engine;
        this.connection = connection;
    }

    /**
     * Refuses work that would only wait.
     *
     * @param isTrying whether other work may be connecting now
     */
    void refuseWhileItIsLost(boolean isTrying) throws DatabaseJob.UnavailableException {
        Outage now = outage;
        if (now != null && (isTrying || System.nanoTime() - now.untilNanos < 0)) {
            throw new DatabaseJob.UnavailableException(now.why, null);
        }
    }

    boolean isLost() {
        return outage != null;
    }

    /** Begins a transaction, on another connection if this one is lost. */
    Connection begin() throws SQLException, DatabaseJob.UnavailableException {
        Connection now = connection;
        if (now != null) {
            try {
                Sql.execute(now, engine.begin());
                return now;
            } catch (SQLException e) {
                if (!rollBack(e)) {
                    throw e;
                }
            }
        }
        return again();
    }

    private Connection again() throws DatabaseJob.UnavailableException {
        Connection next = null;
        try {
            next = engine.connect();
            Sql.execute(next, engine.begin());
            connection = next;
            if (outage != null) {
                outage = null;
                LOG.info("{} is there again", engine);
            }
            return next;
        } catch (SQLException | IOException e) {
            if (next != null) {
                close(next);
            }
            String why =
                    e instanceof SQLException trouble
                            ? engine.why(trouble)
                            : String.valueOf(e.getMessage());
            if (outage == null) {
                LOG.error("what needs the database is refused until it is there again: {}", why);
            }
            outage = new Outage(why, System.nanoTime() + PAUSE.toNanos());
            throw new DatabaseJob.UnavailableException(why, e);
        }
    }

    /** Returns whether the connection is lost, so that nothing needs to be rolled back. */
    boolean rollBack(Throwable cause) {
        Connection now = connection;
        if (now == null) {
            return true;
        }
        boolean isLost = cause instanceof SQLException trouble && engine.isLost(trouble);
        if (!isLost) {
            try {
                Sql.execute(now, "ROLLBACK");
                return false;
            } catch (SQLException e) {
                LOG.debug("it was rolled back already", e);
                isLost = engine.isLost(e);
            }
        }
        if (isLost) {
            close(now);
            connection = null;
        }
        return isLost;
    }

    void close() {
        if (connection != null) {
            close(connection);
        }
    }

    static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("a connection to the database did not close", e);
        }
    }
}
