package dev.culvert.guest.approvals;

import dev.culvert.io.Workers;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where what waits is kept, and who writes there.
 *
 * @param jobs runs what blocks
 */
public record PendingDisk(PendingFiles files, Jobs jobs) {
    private static final int MOST_JOBS = 4_096;

    /** Runs jobs of one key one after the other, away from the event loop. */
    public interface Jobs extends AutoCloseable {
        /** Throws a {@code RejectedExecutionException} if too many wait already. */
        void execute(Object key, Runnable job);

        @Override
        void close();
    }

    /**
     * One thread for all of them.
     *
     * @param stateDir null to keep nothing
     */
    public static PendingDisk in(@Nullable Path stateDir) {
        Workers workers = new Workers("approvals", 1, MOST_JOBS);
        return new PendingDisk(
                new PendingFiles(stateDir),
                new Jobs() {
                    @Override
                    public void execute(Object key, Runnable job) {
                        workers.execute(key, job);
                    }

                    @Override
                    public void close() {
                        workers.close();
                    }
                });
    }
}
