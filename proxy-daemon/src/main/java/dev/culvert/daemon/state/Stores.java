package dev.culvert.daemon.state;

import dev.culvert.daemon.auth.MemoryTokens;
import dev.culvert.daemon.auth.TokenStore;
import dev.culvert.daemon.fleet.DesiredStore;
import java.io.IOException;

/** Where each room keeps what it has to keep. */
public record Stores(TokenStore tokens, DesiredStore desired) {
    /** They end with the daemon. */
    static Stores inMemory() {
        return new Stores(new MemoryTokens(), DesiredStore.NONE);
    }

    static Stores in(Database database) throws IOException {
        return new Stores(new SqlTokens(database), new SqlDesired(database));
    }
}
