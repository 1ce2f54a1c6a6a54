package dev.culvert.daemon.approvals;

import dev.culvert.audit.AuditEntry;
import dev.culvert.audit.AuditLog;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.StoppingException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit log of what was decided. A line is on the disk before the decision counts. Blocks; safe
 * for all threads.
 */
/* A disk that hangs holds one thread, and callers wait for PATIENCE at most. A line that may be written later all the
 * same is followed by one that says what became of it: both go through the same thread. */
public final class DecisionLog implements AutoCloseable {
    /** How long callers wait for the disk. */
    static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final Duration CLOSING = Duration.ofSeconds(2);

    /** The outcome in a line about a decision of the line before that did not come about. */
    static final String NOT_TAKEN = "not_taken";

    private static final Logger LOG = LoggerFactory.getLogger(DecisionLog.class);
    private static final Path FILE = Path.of("audit", "audit.log");
    private static final long IDLE = Long.MIN_VALUE;

    /** Where the lines go. */
    interface Lines extends AutoCloseable {
        void append(AuditEntry entry) throws IOException;

        @Override
        void close() throws IOException;
    }

    private final @Nullable Lines lines;
    private final Duration patience;
    private final ExecutorService writer =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("culvert-audit").factory());
    private volatile long busySince = IDLE;

    /**
     * @param lines null to keep none
     */
    DecisionLog(@Nullable Lines lines, Duration patience) {
        this.lines = lines;
        this.patience = patience;
    }

    /** One that keeps nothing. */
    public static DecisionLog none() {
        return new DecisionLog(null, PATIENCE);
    }

    /** The newest file of the log that is kept in this folder. */
    public static Path file(Path stateDir) {
        return stateDir.resolve(FILE);
    }

    /**
     * Opens the log. Blocks.
     *
     * @param stateDir which contains it
     * @throws IOException one sentence, when it cannot be used
     */
    public static DecisionLog in(Path stateDir) throws IOException {
        Path file = file(stateDir);
        try {
            AuditLog log =
                    new AuditLog(
                            file,
                            AuditLog.Limits.DEFAULTS,
                            head -> LOG.info("the audit log {} has the head {}", file, head));
            return new DecisionLog(
                    new Lines() {
                        @Override
                        public void append(AuditEntry entry) throws IOException {
                            log.append(entry);
                        }

                        @Override
                        public void close() throws IOException {
                            log.close();
                        }
                    },
                    PATIENCE);
        } catch (IOException e) {
            throw new IOException(
                    "the audit log of approvals cannot be used: " + FileTrouble.of(e), e);
        }
    }

    /**
     * Writes down what is about to be decided.
     *
     * @throws IOException one clause, when nothing may be decided
     */
    public void record(AuditEntry entry) throws IOException {
        Lines to = lines;
        if (to == null) {
            return;
        }
        if (isHanging()) {
            throw hangs();
        }
        Future<?> written =
                submit(() -> {
                    to.append(entry);
                    return "";
                });
        try {
            written.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            String why =
                    e.getCause() instanceof IOException trouble
                            ? FileTrouble.of(trouble)
                            : String.valueOf(e.getCause());
            throw new IOException("the audit log cannot be written: " + why, e);
        } catch (TimeoutException e) {
            retract(entry);
            throw new IOException(hangs().getMessage(), e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new StoppingException("the daemon stops");
        }
    }

    private IOException hangs() {
        return new IOException(
                "the disk of the audit log has not answered for %d s; see culvert_state_dir_failures_total"
                        .formatted(patience.toSeconds()));
    }

    private boolean isHanging() {
        long since = busySince;
        return since != IDLE && System.nanoTime() - since > patience.toNanos();
    }

    private Future<?> submit(Callable<?> append) throws IOException {
        try {
            return writer.submit(() -> {
                busySince = System.nanoTime();
                try {
                    return append.call();
                } finally {
                    busySince = IDLE;
                }
            });
        } catch (RejectedExecutionException _) {
            throw new StoppingException("the daemon stops");
        }
    }

    /** The decision of that line was not taken; says so as soon as the disk lets it. */
    void retract(AuditEntry line) {
        Lines to = lines;
        if (to == null) {
            return;
        }
        AuditEntry after =
                new AuditEntry(
                        line.at(),
                        line.who(),
                        line.turn(),
                        line.tool(),
                        line.rule(),
                        line.policy(),
                        line.arguments(),
                        NOT_TAKEN,
                        line.waited());
        try {
            submit(() -> {
                try {
                    to.append(after);
                } catch (IOException e) {
                    LOG.error(
                            "the audit log does not say that a decision of {} about turn {} was not taken: {}",
                            after.who(),
                            after.turn(),
                            FileTrouble.of(e));
                }
                return "";
            });
        } catch (IOException e) {
            LOG.debug("the daemon stops before the audit log is complete", e);
        }
    }

    @Override
    public void close() {
        writer.shutdown();
        if (lines == null) {
            return;
        }
        try {
            if (writer.awaitTermination(CLOSING.toNanos(), TimeUnit.NANOSECONDS)) {
                lines.close();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.warn("the audit log could not be closed: {}", FileTrouble.of(e));
        }
    }
}
