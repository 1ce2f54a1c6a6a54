package dev.culvert.daemon.plans;

import java.io.IOException;
import java.util.List;

/** Keeps desired states over restarts. Blocks. */
public interface StateStore {
    /** By name. */
    List<KeptState> read() throws IOException;

    /** In the place of an earlier one of that name. */
    void save(KeptState state) throws IOException;

    void delete(String name) throws IOException;
}
