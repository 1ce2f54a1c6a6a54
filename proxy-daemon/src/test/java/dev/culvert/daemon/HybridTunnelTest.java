package dev.culvert.daemon;

import dev.culvert.testing.VmMonitor;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Over hybrid vsock, the guest behind a stand-in for Firecracker. */
class HybridTunnelTest implements TunnelContract {
    @TempDir private Path directory;
    private VmMonitor vm;

    @BeforeEach
    void startTheVm() throws IOException {
        vm = new VmMonitor(directory.resolve("v.sock"));
    }

    @AfterEach
    void stopTheVm() throws IOException {
        vm.close();
    }

    @Override
    public Pair pair(String ofDaemon, String ofGuest) throws Exception {
        return DialledPair.start(ofDaemon, ofGuest, guest -> vm.expose(1024, guest));
    }
}
