package dev.culvert.daemon.providers;

import dev.culvert.io.Quoted;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes down what was used, so that it counts after a restart: all that changed at once. */
public final class BudgetUpkeep implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BudgetUpkeep.class);

    /** What a daemon that is killed has forgotten: so much time. */
    static final Duration INTERVAL = Duration.ofSeconds(5);

    private final Budgets budgets;
    private final BudgetStore store;
    private Set<BudgetRow> written = new HashSet<>();
    private boolean fails;

    private BudgetUpkeep(Budgets budgets, BudgetStore store) {
        this.budgets = budgets;
        this.store = store;
    }

    /**
     * Brings back what was kept, and writes from now on. Blocks.
     *
     * @param timer runs what blocks
     */
    public static BudgetUpkeep begin(
            Budgets budgets, BudgetStore store, ScheduledExecutorService timer) throws IOException {
        BudgetUpkeep upkeep = new BudgetUpkeep(budgets, store);
        List<BudgetRow> rows = store.read();
        budgets.restore(rows);
        upkeep.written = new HashSet<>(rows);
        if (store.isKept()) {
            var _ =
                    timer.scheduleWithFixedDelay(
                            upkeep::write,
                            INTERVAL.toSeconds(),
                            INTERVAL.toSeconds(),
                            TimeUnit.SECONDS);
        }
        return upkeep;
    }

    /** Blocks. */
    synchronized void write() {
        Set<BudgetRow> now = new HashSet<>(budgets.rows());
        List<BudgetRow> changed = new ArrayList<>(now);
        changed.removeIf(written::contains);
        List<BudgetRow> gone = new ArrayList<>(written);
        gone.removeIf(now::contains);
        if (changed.isEmpty() && gone.isEmpty()) {
            return;
        }
        try {
            store.save(changed, gone);
            written = now;
            fails = false;
        } catch (IOException e) {
            if (!fails) {
                fails = true;
                LOG.warn(
                        "what agents and tenants have used of the providers is not written down, until the disk works again: {}",
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
