package dev.culvert.daemon.state;

import dev.culvert.io.StoppingException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One piece of work for the database, between the thread that wants it and the one that does it.
 */
final class DatabaseJob<T extends @Nullable Object> {
    /** There is no connection to the database. */
    static final class UnavailableException extends IOException {
        private static final long serialVersionUID = 1;

        /**
         * @param why one clause
         */
        UnavailableException(String why, @Nullable Throwable cause) {
            super(why, cause);
        }
    }

    /** The disk does not answer. */
    static final class HangingException extends Exception {
        private static final long serialVersionUID = 1;

        private final boolean mayBeDoneLater;

        HangingException(boolean mayBeDoneLater) {
            super(null, null, false, false);
            this.mayBeDoneLater = mayBeDoneLater;
        }

        boolean mayBeDoneLater() {
            return mayBeDoneLater;
        }
    }

    private final Database.Work<T> work;

    /** By the database, which does it, or by the caller, who does not want it any more. */
    private final AtomicBoolean taken = new AtomicBoolean();

    private final CompletableFuture<T> done = new CompletableFuture<>();
    private @Nullable T result;

    DatabaseJob(Database.Work<T> work) {
        this.work = work;
    }

    /** False if nobody waits for it any more. */
    boolean begin() {
        return taken.compareAndSet(false, true);
    }

    void run(Connection connection) throws SQLException {
        result = work.run(connection);
    }

    /** What it wrote is committed. */
    void succeed() {
        done.complete(result);
    }

    void fail(Throwable why) {
        done.completeExceptionally(why);
    }

    /** Waits until it has succeeded or failed. */
    T await(Duration patience) throws SQLException, IOException, HangingException {
        try {
            return done.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case SQLException trouble -> throw trouble;
                case UnavailableException trouble -> throw trouble;
                case RuntimeException refusal -> throw refusal;
                case null, default -> throw new IllegalStateException(e);
            }
        } catch (TimeoutException _) {
            throw new HangingException(!taken.compareAndSet(false, true));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new StoppingException("the daemon stops");
        }
    }
}
