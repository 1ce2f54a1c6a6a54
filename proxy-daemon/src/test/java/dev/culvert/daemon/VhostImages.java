package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.EventReader.Event;
import dev.culvert.testing.VsockLoopback;
import java.io.IOException;
import java.io.Writer;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The daemon as it is shipped on a host, and the guest in a VM on it: two kernels, and vhost-vsock
 * between them. For {@code run.sh} only, as {@link VsockImages}.
 */
@ExtendWith(VsockLoopback.class)
@Timeout(180)
@TestInstance(Lifecycle.PER_CLASS)
class VhostImages implements ImagesContract {
    private ShippedDaemon daemon;
    private Shipped vm;

    @BeforeAll
    void start() throws IOException {
        daemon = ShippedDaemon.start("vsock://3:1024", VsockImages.EMULATED);
        daemon.awaitAgent("vm", "vsock://3:1024: no VM has this CID: is it started");
        vm = boot();
        daemon.awaitState("vm", "ready");
    }

    @AfterAll
    void stop() {
        vm.close();
        daemon.close();
    }

    @Override
    public ShippedDaemon daemon() {
        return daemon;
    }

    @Test
    void sayThatNobodyListensInTheVm(TestReporter reporter) throws Exception {
        daemon.put("/api/v1/agents/dead", "{\"address\":\"vsock://3:1026\"}");
        long start = System.nanoTime();

        HttpResponse<String> answer = daemon.post("/api/v1/agents/dead/ping", "");

        Duration took = Duration.ofNanos(System.nanoTime() - start);
        reporter.publishEntry("told within " + took.toMillis() + " ms");
        assertThat(answer.body()).contains("vsock://3:1026: nothing listens on port 1026");
    }

    /** Nothing tells the host that a VM stands still: it is silent, and no more than that. */
    @Test
    void noticeAVmThatStandsStillAndFindItAgain() throws Exception {
        vm.pause();
        daemon.awaitAgent("vm", "it sent nothing for");
        daemon.awaitState("vm", "unreachable");

        vm.unpause();

        daemon.awaitState("vm", "ready");
        assertThat(daemon.answer("hi")).contains("\"content\":\"hi\"");
    }

    @Test
    void endAStreamWithAnErrorWhenItsVmDiesAndAnotherTakesItsPlace() throws Exception {
        try (EventReader stream = daemon.stream(ImagesContract.words(1_000))) {
            assertThat(stream.next().type()).isEqualTo("chunk");

            vm.kill();
            daemon.awaitAgent("vm", "vsock://3:1024: no VM has this CID");
            vm = boot();

            Event last = stream.rest().getLast();
            assertThat(last.type()).isEqualTo("error");
            assertThat(last.data()).contains("\"code\":\"link_lost\"");
        }
        daemon.awaitState("vm", "ready");
        assertThat(daemon.answer("hi")).contains("\"content\":\"hi\"");
    }

    /** Whose guest lives on, and finds that the kernel has reset its connections. */
    @Test
    void goOnWithATurnWhenItsVmIsRestoredFromASnapshot() throws Exception {
        String words = ImagesContract.words(300);
        List<Event> events = new ArrayList<>();
        try (EventReader stream = daemon.stream(words)) {
            events.add(stream.next());

            snapshot(vm);
            daemon.awaitAgent("vm", "vsock://3:1024: no VM has this CID");
            daemon.awaitAgent("vm", "\"turns_in_flight\":1"); // it was not over before
            vm = restored();

            events.addAll(stream.rest());
            assertThat(events.getLast().type()).isEqualTo("done");
            assertThat(EventReader.content(events)).isEqualTo(words);
            assertThat(consoleOf(vm)).doesNotContain("ERROR");
        }
    }

    /**
     * Runs the VM, on CID 3, by a script that {@code run.sh} has put there; its standard input is
     * the monitor's.
     */
    private static Shipped boot(String... more) throws IOException {
        return Shipped.start(Path.of("/vm/run"), more);
    }

    /** Ends {@code running} in the midst of its work; {@link #restored} goes on with it. */
    private static void snapshot(Shipped running) throws Exception {
        try (Writer monitor = running.process().outputWriter()) {
            monitor.write("migrate \"exec:cat > /tmp/snapshot\"\nquit\n");
        }
        assertThat(running.exitCode()).isZero();
    }

    private static Shipped restored() throws IOException {
        return boot("-incoming", "exec:cat /tmp/snapshot");
    }

    private static String consoleOf(Shipped vm) throws IOException {
        return Files.readString(Path.of("/tmp/vm-" + vm.process().pid() + ".log"));
    }
}
