package dev.culvert.daemon.state;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database of a {@code state_dir}. One thread does all work, in the order in which it was
 * given. What waits for that thread at the same time goes into one commit, and each caller returns
 * after the commit that has its work. Safe for all threads, and blocks all of them.
 */
/* A disk that hangs holds this thread. Callers wait PATIENCE at most, and once it has hung for so long they do not wait
 * at all: the workers that call this stay free for others. */
final class Database implements AutoCloseable {
    /** How long callers wait for the disk. */
    static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    private static final Duration CLOSING = Duration.ofSeconds(5);
    private static final int MOST_IN_A_COMMIT = 256;
    private static final long IDLE = Long.MIN_VALUE;

    /** What is done before anything else. */
    interface First {
        void run(Connection connection) throws SQLException, IOException;
    }

    /** Runs on the database's thread, in a transaction; again if others in it failed. */
    interface Work<T extends @Nullable Object> {
        T run(Connection connection) throws SQLException;
    }

    private final SqliteFile file;
    private final Connection connection;
    private final Duration patience;
    private final Runnable onFailure;
    private final Thread thread;
    private final BlockingQueue<DatabaseJob<?>> jobs = new LinkedBlockingQueue<>();
    private final DatabaseJob<?> last = new DatabaseJob<>(_ -> "");
    private volatile long busySince = IDLE;
    private final AtomicLong commits = new AtomicLong();
    private final AtomicLong changes = new AtomicLong();
    private boolean closed;

    /**
     * Opens the database, creates it if it is missing, and brings its tables forward.
     *
     * @param first in the transaction that creates the tables; if it throws, they are not made
     * @param onFailure runs each time that something could not be done
     * @throws IOException one clause, when it cannot be used
     */
    static Database open(SqliteFile file, First first, Duration patience, Runnable onFailure)
            throws IOException {
        Connection connection = null;
        try {
            connection = file.connect();
            execute(connection, "BEGIN IMMEDIATE");
            Schema.migrate(connection, file.toString());
            first.run(connection);
            execute(connection, "COMMIT");
            Database database = new Database(file, connection, patience, onFailure);
            connection = null;
            database.thread.start();
            return database;
        } catch (SQLException e) {
            throw new IOException(file.why(e), e);
        } finally {
            if (connection != null) {
                close(connection);
            }
        }
    }

    private Database(
            SqliteFile file, Connection connection, Duration patience, Runnable onFailure) {
        this.file = file;
        this.connection = connection;
        this.patience = patience;
        this.onFailure = onFailure;
        thread = Thread.ofPlatform().daemon().name("culvert-database").unstarted(this::work);
    }

    /**
     * Does {@code work} in a transaction, and returns after its commit.
     *
     * @throws IOException one clause, when it was not done, or when nobody knows because the disk
     *     hangs; a {@link RuntimeException} of {@code work} is passed on
     */
    <T extends @Nullable Object> T run(Work<T> work) throws IOException {
        DatabaseJob<T> job = new DatabaseJob<>(work);
        try {
            refuseWhileItHangs();
            add(job);
            return job.await(patience);
        } catch (SQLException e) {
            onFailure.run();
            throw new IOException(file.why(e), e);
        } catch (DatabaseJob.HangingException e) {
            onFailure.run();
            throw new IOException(hangs(e.mayBeDoneLater()), e);
        }
    }

    private void refuseWhileItHangs() throws DatabaseJob.HangingException {
        long since = busySince;
        if (since != IDLE && System.nanoTime() - since > patience.toNanos()) {
            throw new DatabaseJob.HangingException(false);
        }
    }

    private String hangs(boolean mayBeDoneLater) {
        return "the disk of %s has not answered for %d s%s: look for it in dmesg and iostat"
                .formatted(
                        file,
                        patience.toSeconds(),
                        mayBeDoneLater ? ", and may still write it when it answers" : "");
    }

    private void add(DatabaseJob<?> job) throws IOException {
        synchronized (jobs) {
            if (closed) {
                throw new IOException(file + " is closed, because the daemon stops");
            }
            jobs.add(job);
        }
    }

    private void work() {
        List<DatabaseJob<?>> batch = new ArrayList<>();
        boolean goesOn = true;
        while (goesOn) {
            batch.clear();
            try {
                batch.add(jobs.take());
            } catch (InterruptedException _) {
                continue; // nobody may interrupt it
            }
            jobs.drainTo(batch, MOST_IN_A_COMMIT - 1);
            goesOn = !batch.contains(last);
            busySince = System.nanoTime();
            batch.removeIf(job -> !job.begin());
            transact(batch);
            busySince = IDLE;
        }
        close(connection);
    }

    /** Runs all jobs in one transaction; if one of them fails, each in its own. */
    private void transact(List<DatabaseJob<?>> batch) {
        try {
            execute(connection, "BEGIN IMMEDIATE");
        } catch (SQLException e) {
            batch.forEach(job -> job.fail(e));
            return;
        }
        boolean isRun = false;
        try {
            for (DatabaseJob<?> job : batch) {
                job.run(connection);
            }
            isRun = true;
            execute(connection, "COMMIT");
        } catch (SQLException | RuntimeException | Error e) {
            rollBack();
            if (isRun || batch.size() == 1) {
                batch.forEach(job -> job.fail(e));
            } else {
                batch.forEach(job -> transact(List.of(job)));
            }
            return;
        }
        commits.incrementAndGet();
        changes.addAndGet(batch.size());
        batch.forEach(DatabaseJob::succeed);
    }

    /** Something that it keeps cannot be used. */
    void onFailure() {
        onFailure.run();
    }

    DatabaseLoad load() {
        return new DatabaseLoad(commits::get, changes::get, jobs::size);
    }

    private void rollBack() {
        try {
            execute(connection, "ROLLBACK");
        } catch (SQLException e) {
            LOG.debug("SQLite has rolled back already", e);
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("a connection to the database did not close", e);
        }
    }

    /** Ends after the work that was given; does not wait long for a disk that hangs. */
    @Override
    public void close() {
        synchronized (jobs) {
            if (closed) {
                return;
            }
            closed = true;
            jobs.add(last);
        }
        try {
            if (!thread.join(CLOSING)) {
                LOG.warn("{} was not closed, because its disk hangs", file);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
