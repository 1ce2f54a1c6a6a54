package dev.culvert.daemon.operations;

import dev.culvert.io.Quoted;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes down the runs that have ended: all since the last time at once. */
public final class RunKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunKeeper.class);
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final Runs runs;
    private final RunStore store;
    private boolean fails;

    private RunKeeper(Runs runs, RunStore store) {
        this.runs = runs;
        this.store = store;
    }

    /**
     * Brings the runs from before a restart, and writes from now on. Blocks.
     *
     * @param timer runs what blocks
     */
    public static RunKeeper begin(Runs runs, RunStore store, ScheduledExecutorService timer)
            throws IOException {
        RunKeeper keeper = new RunKeeper(runs, store);
        if (store.isKept()) {
            runs.restore(store.read());
            var _ =
                    timer.scheduleWithFixedDelay(
                            keeper::write,
                            INTERVAL.toSeconds(),
                            INTERVAL.toSeconds(),
                            TimeUnit.SECONDS);
        }
        return keeper;
    }

    /** Blocks. */
    private synchronized void write() {
        Runs.Changes changes = runs.takeChanges();
        if (changes.isEmpty()) {
            return;
        }
        try {
            store.save(changes.ended(), changes.gone());
            fails = false;
        } catch (IOException e) {
            runs.giveBack(changes);
            if (!fails) {
                fails = true;
                LOG.warn(
                        "who changed what is not written down, until the disk works again: {}",
                        Quoted.message(e));
            }
        }
    }

    /** Writes a last time, unless the disk fails. Blocks. */
    @Override
    public synchronized void close() {
        if (store.isKept() && !fails) {
            write();
        }
    }
}
