package dev.culvert.registry;

import java.io.IOException;
import java.time.Duration;

/** One connection to a registry. It never connects again: that takes another session. */
public interface RegistrySession extends AutoCloseable {
    /** The server at the other end, as a URL without a password. */
    String server();

    /**
     * The bucket of that name; makes it if it is missing. Blocks.
     *
     * @param keep how long a value is kept after it was written
     * @param replicas how many servers keep it
     * @throws IOException also if there is one that keeps values for another time
     */
    Bucket bucket(String name, Duration keep, int replicas) throws IOException;

    /** Blocks for a moment at most. */
    @Override
    void close();
}
