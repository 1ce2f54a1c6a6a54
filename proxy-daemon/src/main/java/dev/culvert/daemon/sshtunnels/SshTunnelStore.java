package dev.culvert.daemon.sshtunnels;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Keeps over restarts which tunnels are to be up, and those that clients have added. Blocks. */
public interface SshTunnelStore {
    /**
     * What is kept of a tunnel.
     *
     * @param isWanted whether it is to be up
     * @param json what a client said that it is; empty for one of the settings
     */
    record Kept(String name, boolean isWanted, Instant changed, Optional<String> json) {}

    /** By name. */
    List<Kept> read() throws IOException;

    /** In the place of an earlier one of that name. */
    void save(Kept tunnel) throws IOException;

    void forget(String name) throws IOException;
}
