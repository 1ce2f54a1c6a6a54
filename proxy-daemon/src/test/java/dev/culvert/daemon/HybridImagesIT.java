package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.EventReader.Event;
import dev.culvert.testing.VmMonitor;
import dev.culvert.testing.VmMonitor.HostSees;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is shipped, over hybrid vsock, the guest behind a stand-in for Firecracker. */
@Timeout(90)
@TestInstance(Lifecycle.PER_CLASS)
class HybridImagesIT implements ImagesContract {
    private VmMonitor vm;
    private Shipped agent;
    private ShippedDaemon daemon;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        vm = new VmMonitor(directory.resolve("v.sock"));
        agent = Shipped.echo("tcp://127.0.0.1:0");
        AgentAddress port = vm.expose(1024, AgentAddress.parse(agent.listening()));
        daemon = ShippedDaemon.start(port.toString());
        daemon.awaitState("vm", "ready");
    }

    @AfterAll
    void stop() throws IOException {
        daemon.close();
        agent.close();
        vm.close();
    }

    @Override
    public ShippedDaemon daemon() {
        return daemon;
    }

    @Test
    void goOnWithATurnOverASnapshot() throws Exception {
        String words = ImagesContract.words(5_000);
        List<Event> events = new ArrayList<>();
        try (EventReader stream = daemon.stream(words)) {
            events.add(stream.next());

            vm.snapshot(HostSees.END);
            events.addAll(stream.rest());
        }

        assertThat(events.getLast().type()).isEqualTo("done");
        assertThat(EventReader.content(events)).isEqualTo(words);
    }
}
