package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.EventReader.Event;
import dev.culvert.guest.Guest;
import dev.culvert.testing.VmMonitor;
import dev.culvert.testing.VmMonitor.HostSees;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Over hybrid vsock, the guest behind a stand-in for Firecracker. */
class HybridGuestTest implements GuestContract {
    private static final String NOTICES_SILENCE_SOON =
            """
            "home": {"heartbeat_interval": "200ms"},
            "link": {"silence_timeout": "100ms"},
            """;

    private static final Pattern CONTENT = Pattern.compile(".*\"content\":\"([^\"]*)\".*");

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
    public AgentAddress road(AgentAddress guest) {
        return vm.expose(1024, guest);
    }

    @ParameterizedTest
    @EnumSource
    void aTurnGoesOnOverASnapshotAndEachChunkComesOnce(HostSees hostSees) throws Exception {
        String words =
                IntStream.range(0, 40).mapToObj(i -> "w" + i).collect(Collectors.joining(" "));
        String message = "{\"role\":\"user\",\"content\":\"" + words + "\"}";
        try (Guest guest = GuestContract.guest("10ms");
                TestDaemon daemon = daemon(guest, NOTICES_SILENCE_SOON);
                EventReader events = daemon.stream("POST", "/agents/a/stream", message)) {
            List<Event> all = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                all.add(events.next());
            }

            vm.snapshot(hostSees);
            all.addAll(events.rest());

            assertThat(all.getLast().type()).isEqualTo("done");
            StringBuilder answer = new StringBuilder();
            for (int i = 0; i < all.size(); i++) {
                assertThat(all.get(i).id()).endsWith(":" + (i + 1));
                answer.append(CONTENT.matcher(all.get(i).data()).replaceAll("$1"));
            }
            assertThat(answer.toString()).isEqualTo(words + "{}"); // done is no chunk
        }
    }
}
