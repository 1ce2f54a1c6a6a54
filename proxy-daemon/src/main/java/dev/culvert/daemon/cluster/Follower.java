package dev.culvert.daemon.cluster;

import dev.culvert.registry.RegistrySession;
import java.io.IOException;

/** Keeps something of this host in the registry, and follows what other hosts have there. */
public interface Follower extends AutoCloseable {
    /** The registry is there, from now until {@link #lost}. May block. */
    void begin(RegistrySession session) throws IOException;

    /** The registry is away. What was known of it still counts. */
    void lost();

    /** Blocks for a moment at most. */
    @Override
    void close();
}
