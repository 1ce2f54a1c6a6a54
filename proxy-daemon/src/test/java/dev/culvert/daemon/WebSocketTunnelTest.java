package dev.culvert.daemon;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Over WebSockets that the guest opens. */
class WebSocketTunnelTest implements TunnelContract {
    @TempDir private Path folder;

    @Override
    public Pair pair(String ofDaemon, String ofGuest) throws Exception {
        return JoinedPair.start(ofDaemon, ofGuest, folder, JoinedGuest::url);
    }
}
