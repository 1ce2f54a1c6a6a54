package dev.culvert.daemon.flows;

import dev.culvert.io.Workers;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what has happened before anything is made of it. What cannot be written now is tried again
 * until it can: a run waits for the disk. Safe for all threads.
 */
final class Journal {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    private static final long PAUSE_MILLIS = 1_000;
    private static final long LOG_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Something that is written, or read. */
    interface Write {
        void run(FlowStore store) throws IOException;
    }

    private final FlowStore store;
    private final Workers workers;
    private final AtomicLong lastLog = new AtomicLong(System.nanoTime() - LOG_NANOS);
    private volatile boolean closed;

    Journal(FlowStore store, Workers workers) {
        this.store = store;
        this.workers = workers;
    }

    FlowStore store() {
        return store;
    }

    /**
     * Does {@code write} after all earlier ones of the run, and then {@code after} on the loop.
     *
     * @param run its id
     * @param broken is told on the loop, instead of {@code after}, of a bug in {@code write}
     */
    void write(
            String run, EventLoop loop, Write write, Runnable after, Consumer<Throwable> broken) {
        if (closed) {
            return;
        }
        try {
            workers.finish(run, () -> attempt(run, loop, write, after, broken));
        } catch (RejectedExecutionException _) {
            LOG.debug("the daemon stopped before the flow run {} was written", run);
        }
    }

    private void attempt(
            String run, EventLoop loop, Write write, Runnable after, Consumer<Throwable> broken) {
        if (closed) {
            return;
        }
        Runnable next = after;
        try {
            write.run(store);
        } catch (IOException e) {
            waits(run, e);
            next =
                    () ->
                            loop.schedule(
                                    () -> write(run, loop, write, after, broken),
                                    PAUSE_MILLIS,
                                    TimeUnit.MILLISECONDS);
        } catch (RuntimeException | Error e) { // it would be the same the next time
            next = () -> broken.accept(e);
        }
        try {
            loop.execute(next);
        } catch (RejectedExecutionException _) {
            LOG.debug("the daemon stopped before the flow run {} went on", run);
        }
    }

    /** Once a minute: a disk that is full stops every run, each of which tries each second. */
    private void waits(String run, IOException why) {
        long now = System.nanoTime();
        long last = lastLog.get();
        if (now - last >= LOG_NANOS && lastLog.compareAndSet(last, now)) {
            LOG.error(
                    "the flow run {}, and perhaps others, waits until its journal can be written: {}",
                    run,
                    why.getMessage());
        }
    }

    /** Nothing is written or goes on any more: the next daemon does. */
    void close() {
        closed = true;
    }
}
