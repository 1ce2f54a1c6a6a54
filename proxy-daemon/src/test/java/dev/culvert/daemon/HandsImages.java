package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.EventReader.Event;
import dev.culvert.link.BasePeer;
import dev.culvert.testing.VsockLoopback;
import java.io.IOException;
import java.io.Writer;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Calls of tools, in the midst of which a VM is restored from a snapshot: in the guest, by
 * approval, and at the client. For {@code run.sh} only, as {@link VsockImages}.
 */
@ExtendWith(VsockLoopback.class)
@Timeout(180)
@TestInstance(Lifecycle.PER_CLASS)
class HandsImages {
    private static final String KERNEL =
            "console=ttyS0 reboot=t panic=-1 quiet HANDS=1 CULVERT_AGENT_TOOLS_DIR=/tmp/work"
                    + " CULVERT_AGENT_TOOL_COMMANDS=confined CULVERT_AGENT_TOOLS_POLICY=/hands.jsonc"
                    + " CULVERT_AGENT_STATE_DIR=/tmp/state";
    private static final String LOOK =
            "{\"role\":\"user\",\"content\":\"look\",\"tools\":"
                    + "[{\"type\":\"function\",\"function\":{\"name\":\"look\"}}]}";
    private ShippedDaemon daemon;
    private Shipped vm;

    @BeforeAll
    void start() throws IOException {
        Map<String, String> settings = new HashMap<>(VsockImages.EMULATED);
        settings.put("CULVERT_STATE_DIR", "/tmp/hands");
        daemon = ShippedDaemon.start("vsock://3:1024", settings);
        vm = boot();
        daemon.awaitState("vm", "ready");
    }

    @AfterAll
    void stop() {
        vm.close();
        daemon.close();
    }

    @Test
    void endACommandThatRanWhenItsVmWasStopped() throws Exception {
        try (EventReader stream = daemon.stream("go slowly")) {
            List<Event> events = until("tool_output", stream);

            snapshot();
            vm = restored();

            events.addAll(stream.rest());
            assertThat(events)
                    .extracting(Event::type)
                    .containsOnlyOnce("tool_call", "tool_result")
                    .endsWith("chunk", "done");
            assertThat(dataOf("tool_result", events)).contains("\"ok\":true", "working", "1\\n");
            assertThat(EventReader.content(events)).isEqualTo("I have it.");
        }
    }

    @Test
    void runOnceWhatWasApprovedWhileTheVmWasAway() throws Exception {
        try (EventReader stream = daemon.stream("ask first")) {
            List<Event> events = until("approval", stream);

            snapshot();
            daemon.awaitAgent("vm", "vsock://3:1024: no VM has this CID");
            allow(events);
            vm = restored();

            events.addAll(stream.rest());
            assertThat(events)
                    .extracting(Event::type)
                    .containsOnlyOnce("approval", "tool_result")
                    .endsWith("chunk", "done");
            assertThat(dataOf("tool_result", events)).contains("\"ok\":true", "1\\n");
        }
    }

    /** The first copy has used the approval, of which the second knows nothing. */
    @Test
    void neverRunAnApprovedCallAgainInAVmThatIsSetBack() throws Exception {
        List<Event> events;
        try (EventReader stream = daemon.stream("ask first")) {
            events = until("approval", stream);
            snapshot();
            vm = restored();
            allow(events);
            assertThat(dataOf("tool_result", stream.rest())).contains("\"ok\":true");
        }
        vm.kill();
        daemon.awaitAgent("vm", "vsock://3:1024: no VM has this CID");

        vm = restored();

        daemon.awaitState("vm", "ready");
        try (EventReader stream = daemon.comeBack(events.getLast().id())) {
            List<Event> again = stream.rest();
            assertThat(dataOf("tool_result", again)).contains("\"ok\":false", "used");
        }
    }

    @Test
    void goOnWithAToolOfTheClientAfterARestore() throws Exception {
        List<Event> events;
        try (EventReader stream = daemon.streamOf(LOOK)) {
            events = stream.rest();
        }
        assertThat(dataOf("tool_call", events)).contains("\"tool_name\":\"look\"");
        String continuation = BasePeer.text(dataOf("done", events), "continuation");

        snapshot();
        vm = restored();
        daemon.awaitState("vm", "ready");

        String turn = events.getLast().id().split(":", 2)[0];
        HttpResponse<String> rest =
                daemon.post(
                        "/api/v1/turns/" + turn + "/continue",
                        ("{\"continuation\":\"%s\",\"tool_results\":"
                                        + "[{\"id\":\"c1\",\"success\":true,\"result\":\"seen\"}]}")
                                .formatted(continuation));
        assertThat(rest.body()).contains("I have it.");
    }

    /** Of the stream to the first event of this type. */
    private static List<Event> until(String type, EventReader stream) throws IOException {
        List<Event> events = new ArrayList<>();
        do {
            events.add(stream.next());
        } while (!events.getLast().type().equals(type));
        return events;
    }

    private static String dataOf(String type, List<Event> events) {
        return events.stream()
                .filter(event -> event.type().equals(type))
                .findFirst()
                .orElseThrow(() -> new AssertionError(type + " is missing: " + events))
                .data();
    }

    private void allow(List<Event> events) throws Exception {
        String id = BasePeer.text(events.getLast().data(), "approval_id");
        HttpResponse<String> answer =
                daemon.post("/api/v1/approvals/" + id, "{\"decision\":\"allow\"}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private static Shipped boot(String... more) throws IOException {
        String[] arguments = new String[2 + more.length];
        arguments[0] = "-append";
        arguments[1] = KERNEL;
        System.arraycopy(more, 0, arguments, 2, more.length);
        return Shipped.start(Path.of("/vm/run"), arguments);
    }

    private void snapshot() throws Exception {
        try (Writer monitor = vm.process().outputWriter()) {
            monitor.write("migrate \"exec:cat > /tmp/hands.snapshot\"\nquit\n");
        }
        assertThat(vm.exitCode()).isZero();
    }

    private static Shipped restored() throws IOException {
        return boot("-incoming", "exec:cat /tmp/hands.snapshot");
    }
}
