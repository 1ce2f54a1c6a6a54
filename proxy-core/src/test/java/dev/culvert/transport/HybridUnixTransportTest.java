package dev.culvert.transport;

import static dev.culvert.transport.TransportContract.failureOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.transport.AgentAddress.Unix;
import dev.culvert.transport.DialException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HybridUnixTransportTest implements TransportContract {
    @TempDir private Path directory;
    private final EventLoops loops = EventLoops.start(2, "hybrid-test");
    private ScriptedMonitor monitor;
    private int port = 1024;

    @BeforeEach
    void startTheMonitor() throws IOException {
        monitor = new ScriptedMonitor(directory);
    }

    @AfterEach
    void stopTheMonitor() throws IOException {
        monitor.close();
    }

    @Override
    public EventLoops loops() {
        return loops;
    }

    @Override
    public AgentAddress free() {
        return monitor.guest(port++);
    }

    @Override
    public AgentAddress reach(AgentAddress listening) {
        String path = ((Unix) listening).path();
        return monitor.port(Integer.parseInt(path.substring(path.lastIndexOf('_') + 1)));
    }

    @Override
    public AgentAddress nobody() {
        return monitor.port(9999);
    }

    @Test
    void givesUpOnAVmThatDoesNotAnswer() {
        assertTimesOut(monitor.port(ScriptedMonitor.SILENT));
    }

    @Test
    void closesTheChannelOfADialThatIsCancelledDuringTheHandshake() {
        assertCancelCloses(monitor.port(ScriptedMonitor.SILENT));
    }

    @Test
    void saysThatWhatAnswersIsNoMonitor() {
        Inbox inbox = new Inbox(1);

        DialException failure =
                failureOf(dial(monitor.port(ScriptedMonitor.RUDE), PATIENCE, inbox));

        assertThat(failure.reason()).isEqualTo(Reason.HANDSHAKE_FAILED);
        assertThat(failure).hasMessageContaining("answered \"HTTP/1.1 400 Bad Request?\"");
        inbox.closed();
        assertThat(inbox.wasActive()).isFalse();
    }

    @Test
    void saysThatTheMonitorIsGone() throws IOException {
        monitor.close();

        DialException failure = failureOf(dial(monitor.port(1024), PATIENCE, new Inbox(1)));

        assertThat(failure.reason()).isEqualTo(Reason.REFUSED);
        assertThat(failure).hasMessageEndingWith("is the VM's monitor still running?");
    }
}
