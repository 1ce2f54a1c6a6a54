package dev.culvert.daemon.webhooks;

import java.io.IOException;
import java.util.Collection;
import java.util.List;

/** Keeps messages that were not delivered yet, over restarts. Blocks, except {@link #isKept}. */
public interface DeliveryStore {
    /** Keeps nothing. */
    DeliveryStore NONE =
            new DeliveryStore() {
                @Override
                public boolean isKept() {
                    return false;
                }

                @Override
                public List<Row> read() {
                    return List.of();
                }

                @Override
                public void save(Collection<Row> changed, Collection<String> gone) {}
            };

    /** False for a store that keeps nothing. */
    boolean isKept();

    /**
     * A message.
     *
     * @param due when it may be tried next, as of Instant
     * @param content the rest of it, JSON
     */
    record Row(String id, String due, int attempts, String content) {}

    /** All of them, the earliest first. */
    List<Row> read() throws IOException;

    /**
     * All of it or nothing.
     *
     * @param changed those that are new or were tried since the last time
     * @param gone the ids of those to forget
     */
    void save(Collection<Row> changed, Collection<String> gone) throws IOException;
}
