package dev.culvert.registry;

import java.io.IOException;

/** Values that all hosts of a cluster share. */
public interface Registry {
    /**
     * Connects to one of its servers. Blocks.
     *
     * @param onLost runs once when the connection is gone; on a thread of the connection, at any
     *     time, also before this returns
     * @throws IOException a sentence that says which server was asked and why that failed
     */
    RegistrySession connect(Runnable onLost) throws IOException;
}
