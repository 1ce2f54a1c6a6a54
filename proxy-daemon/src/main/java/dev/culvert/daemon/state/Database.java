package dev.culvert.daemon.state;

import dev.culvert.io.StoppingException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
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
 * The database that keeps what outlives the daemon. One thread does all work, in the order in which
 * it was given. What waits for that thread at the same time goes into one commit, and each caller
 * returns after the commit that has its work. Safe for all threads, and blocks all of them.
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

    private final Engine engine;
    private final DatabaseConnection connection;
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
    static Database open(Engine engine, First first, Duration patience, Runnable onFailure)
            throws IOException {
        Connection connection = null;
        try {
            connection = engine.connect();
            Sql.execute(connection, engine.begin());
            Schema.migrate(connection, engine.toString());
            first.run(connection);
            Sql.execute(connection, "COMMIT");
            Database database = new Database(engine, connection, patience, onFailure);
            connection = null;
            database.thread.start();
            return database;
        } catch (SQLException e) {
            throw new IOException(engine.why(e), e);
        } finally {
            if (connection != null) {
                DatabaseConnection.close(connection);
            }
        }
    }

    private Database(Engine engine, Connection connection, Duration patience, Runnable onFailure) {
        this.engine = engine;
        this.connection = new DatabaseConnection(engine, connection);
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
            connection.refuseWhileItIsLost(busySince != IDLE);
            add(job);
            return job.await(patience);
        } catch (SQLException e) {
            onFailure.run();
            throw new IOException(engine.why(e), e);
        } catch (DatabaseJob.UnavailableException e) {
            onFailure.run();
            throw new IOException(e.getMessage(), e);
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
        return engine.silent(
                "for %d s%s"
                        .formatted(
                                patience.toSeconds(),
                                mayBeDoneLater ? ", and may still write it when it answers" : ""));
    }

    private void add(DatabaseJob<?> job) throws IOException {
        synchronized (jobs) {
            if (closed) {
                throw new StoppingException(engine + " is closed, because the daemon stops");
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
        connection.close();
    }

    /** Runs all jobs in one transaction; if one of them fails, each in its own. */
    private void transact(List<DatabaseJob<?>> batch) {
        Connection begun;
        try {
            begun = connection.begin();
        } catch (SQLException | IOException e) {
            batch.forEach(job -> job.fail(e));
            return;
        }
        boolean isRun = false;
        try {
            for (DatabaseJob<?> job : batch) {
                job.run(begun);
            }
            isRun = true;
            Sql.execute(begun, "COMMIT");
        } catch (SQLException | RuntimeException | Error e) {
            boolean isLost = connection.rollBack(e);
            if (isLost || isRun || batch.size() == 1) {
                Throwable why = isLost && isRun ? unknown(e) : e;
                batch.forEach(job -> job.fail(why));
            } else {
                batch.forEach(job -> transact(List.of(job)));
            }
            return;
        }
        commits.incrementAndGet();
        changes.addAndGet(batch.size());
        batch.forEach(DatabaseJob::succeed);
    }

    /** The connection was lost while it committed. */
    private DatabaseJob.UnavailableException unknown(Throwable cause) {
        String why =
                cause instanceof SQLException trouble ? engine.why(trouble) : engine + " failed";
        return new DatabaseJob.UnavailableException(
                why + "; nobody knows whether this was written", cause);
    }

    /** Something that it keeps cannot be used. */
    void onFailure() {
        onFailure.run();
    }

    DatabaseLoad load() {
        return new DatabaseLoad(
                commits::get, changes::get, jobs::size, () -> connection.isLost() ? 0 : 1);
    }

    @Override
    public String toString() {
        return engine.toString();
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
                LOG.warn("{} was not closed, because it does not answer", engine);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
