package dev.culvert.daemon.inventory;

import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps what the servers had when they were asked last, and what changed. Blocks. */
public interface InventoryStore {
    /**
     * A server that was polled.
     *
     * @param version of Proxmox VE there
     */
    record ServerRow(String name, Instant polled, String version) {}

    /**
     * What one poll has found.
     *
     * @param things that are new or have changed
     * @param gone subjects of things that are there no more
     * @param changes in their order
     * @param before changes that are older are forgotten
     * @param most how many changes of the server are kept
     */
    record Round(
            ServerRow server,
            Collection<Thing> things,
            Collection<Thing> gone,
            List<Change> changes,
            Instant before,
            int most) {}

    /** All servers that were ever polled and not forgotten. */
    List<ServerRow> servers() throws IOException;

    /** Everything that is known of a server. */
    List<Thing> things(String server) throws IOException;

    void save(Round round) throws IOException;

    /** Forgets a server that is in the settings no more. */
    void forget(String server) throws IOException;

    /**
     * The latest changes, the latest first.
     *
     * @param subject only of this; of all without one
     * @param after only those before this place; from the latest one without it
     */
    List<PlacedChange> changes(String server, @Nullable String subject, long after, int most)
            throws IOException;

    /**
     * A change with its place among those of its server.
     *
     * @param place greater for later ones
     */
    record PlacedChange(long place, Change change) {}
}
