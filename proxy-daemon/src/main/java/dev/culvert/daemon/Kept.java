package dev.culvert.daemon;

import dev.culvert.daemon.api.admin.DatabaseCare;
import dev.culvert.daemon.api.admin.ServerCare;
import dev.culvert.daemon.approvals.DecisionLog;
import dev.culvert.daemon.config.DatabaseSettings;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.fleet.LastSeen;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.operations.RunKeeper;
import dev.culvert.daemon.operations.Runs;
import dev.culvert.daemon.providers.BudgetUpkeep;
import dev.culvert.daemon.providers.Budgets;
import dev.culvert.daemon.state.DatabaseLoad;
import dev.culvert.daemon.state.StateDir;
import dev.culvert.daemon.state.Stores;
import dev.culvert.daemon.state.Upkeep;
import dev.culvert.daemon.turn.TurnIds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What outlives the daemon, in its {@code state_dir}: read at the start, and kept from then on. */
final class Kept implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    private final StateDir stateDir;
    private final Optional<String> server;
    private final Stores stores;
    private final TurnIds turnIds;
    private final DecisionLog decisions;

    /** Writes what nobody waits for. It has no thread before its first work. */
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("culvert-keeper").factory());

    private @Nullable LastSeen lastSeen;
    private @Nullable RunKeeper runs;
    private @Nullable BudgetUpkeep budgets;

    /**
     * Opens the stores. Blocks.
     *
     * @param stateDir closed with this
     * @param database where its database is, if it is on a server
     */
    Kept(StateDir stateDir, DatabaseSettings database, Metrics metrics) throws IOException {
        this.stateDir = stateDir;
        server = database.url().map(DatabaseSettings::name);
        stores = stateDir.stores(metrics.stateFailures());
        measure(stateDir.load(), metrics);
        Optional<byte[]> key = stateDir.turnKey(TurnIds.KEY_BYTES);
        if (key.isEmpty()) {
            LOG.info(
                    "there is no state_dir: a restart forgets {}turns that clients could resume",
                    server.isPresent()
                            ? ""
                            : "tokens, agents and configurations of clients, agents that have"
                                    + " enrolled, approvals, responses that clients could ask for again, and ");
        }
        turnIds = key.map(TurnIds::of).orElseGet(TurnIds::ofThisProcess);
        Optional<Path> directory = stateDir.directory();
        decisions = directory.isEmpty() ? DecisionLog.none() : DecisionLog.in(directory.get());
    }

    private static void measure(DatabaseLoad load, Metrics metrics) {
        metrics.counter(
                "culvert.database.commits",
                "Transactions that the database has written.",
                load.commits());
        metrics.counter(
                "culvert.database.changes",
                "Changes and reads that these transactions had.",
                load.changes());
        metrics.gauge(
                "culvert.database.waiting",
                "Changes and reads that wait for the database.",
                () -> load.waiting().getAsLong());
        metrics.gauge(
                "culvert.database.available",
                "1 while the database can be reached; 0 without one, and while its server is away"
                        + " (database.url).",
                () -> load.available().getAsLong());
    }

    Stores stores() {
        return stores;
    }

    /** Where files of the rooms are kept; empty without a state_dir. */
    Optional<Path> directory() {
        return stateDir.directory();
    }

    TurnIds turnIds() {
        return turnIds;
    }

    /** The audit log of what was decided; without a state_dir there is none. */
    DecisionLog decisions() {
        return decisions;
    }

    /** For operators; empty without a database. */
    Optional<DatabaseCare> database() {
        return server.<DatabaseCare>map(ServerCare::new)
                .or(() -> stateDir.upkeep().map(Kept::care));
    }

    private static DatabaseCare care(Upkeep upkeep) {
        return new DatabaseCare() {
            @Override
            public Path file() {
                return upkeep.file();
            }

            @Override
            public List<String> check() throws IOException {
                return upkeep.check();
            }

            @Override
            public List<String> look() throws IOException {
                return upkeep.look();
            }

            @Override
            public Path backUp(String name) throws IOException {
                return upkeep.backUp(name);
            }
        };
    }

    /** Brings the agents of clients, when all were last heard, and who changed what. Blocks. */
    void restore(Fleet fleet, Runs done) throws IOException {
        fleet.restore(stores.agents());
        lastSeen = LastSeen.begin(fleet, stores.seen(), timer);
        runs = RunKeeper.begin(done, stores.runs(), timer);
    }

    /** Brings what was used of the providers, and keeps it from now on. Blocks. */
    void restore(Budgets used) throws IOException {
        budgets = BudgetUpkeep.begin(used, stores.budgets(), timer);
    }

    /** Writes what is left to write. Blocks. */
    @Override
    public void close() {
        timer.shutdownNow();
        if (lastSeen != null) {
            lastSeen.close();
        }
        if (runs != null) {
            runs.close();
        }
        if (budgets != null) {
            budgets.close();
        }
        decisions.close();
        stateDir.close();
    }
}
