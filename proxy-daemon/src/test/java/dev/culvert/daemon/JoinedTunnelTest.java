package dev.culvert.daemon;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Over TCP that the guest opens. */
class JoinedTunnelTest implements TunnelContract {
    @TempDir private Path folder;

    @Override
    public Pair pair(String ofDaemon, String ofGuest) throws Exception {
        return JoinedPair.start(
                "\"join\": {\"listen\": [\"tcp://127.0.0.1:0\"]}," + ofDaemon,
                ofGuest,
                folder,
                daemon -> daemon.daemon().joinAddresses().getFirst().toString());
    }
}
