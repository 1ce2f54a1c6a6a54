package dev.culvert.daemon;

import dev.culvert.daemon.api.admin.DatabaseCare;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.fleet.LastSeen;
import dev.culvert.daemon.state.StateDir;
import dev.culvert.daemon.state.Stores;
import dev.culvert.daemon.state.Upkeep;
import dev.culvert.daemon.turn.TurnIds;
import dev.culvert.io.Workers;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What outlives the daemon, in its {@code state_dir}: read at the start, and kept from then on. */
final class Kept implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    private final StateDir stateDir;
    private final Stores stores;
    private final TurnIds turnIds;
    private @Nullable LastSeen lastSeen;

    /**
     * Opens the stores. Blocks.
     *
     * @param stateDir closed with this
     * @param onFailure runs for each thing that cannot be kept
     */
    Kept(StateDir stateDir, Runnable onFailure) throws IOException {
        this.stateDir = stateDir;
        stores = stateDir.stores(onFailure);
        Optional<byte[]> key = stateDir.turnKey(TurnIds.KEY_BYTES);
        if (key.isEmpty()) {
            LOG.info(
                    "there is no state_dir: a restart forgets tokens, agents and configurations of"
                            + " clients, and turns that clients could resume");
        }
        turnIds = key.map(TurnIds::of).orElseGet(TurnIds::ofThisProcess);
    }

    Stores stores() {
        return stores;
    }

    TurnIds turnIds() {
        return turnIds;
    }

    /** For operators; empty without a {@code state_dir}. */
    Optional<DatabaseCare> database() {
        return stateDir.upkeep().map(Kept::care);
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
            public Path backUp(String name) throws IOException {
                return upkeep.backUp(name);
            }
        };
    }

    /** Brings the agents of clients, and when all were last heard. Blocks. */
    void restore(Fleet fleet, EventExecutor timer, Workers files) throws IOException {
        fleet.restore(stores.agents());
        lastSeen = LastSeen.begin(fleet, stores.seen(), timer, files);
    }

    /** Writes what is left to write. Blocks. */
    @Override
    public void close() {
        if (lastSeen != null) {
            lastSeen.close();
        }
        stateDir.close();
    }
}
