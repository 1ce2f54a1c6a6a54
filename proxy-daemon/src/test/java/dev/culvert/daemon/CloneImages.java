package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.link.BasePeer;
import dev.culvert.testing.Eventually;
import dev.culvert.testing.VsockLoopback;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Two VMs that run at the same time and were restored from one snapshot, in which a guest had
 * dialled in. For {@code run.sh} only, as {@link VsockImages}.
 */
@ExtendWith(VsockLoopback.class)
@Timeout(180)
@TestInstance(Lifecycle.PER_CLASS)
class CloneImages {
    private static final Path SETTINGS = Path.of("/tmp/clones.jsonc");
    private static final Path ADMIN = Path.of("/tmp/clones.sock");
    private static final String SNAPSHOT = "/tmp/clones.snapshot";
    private static final String MESSAGE = "{\"role\":\"user\",\"content\":\"it is I\"}";
    private static final Pattern GENERATION =
            Pattern.compile("\"generation\":\"(\\p{XDigit}{8}-[^\"]{27})\"");
    private static final Pattern CHILD = Pattern.compile("\"id\":\"(vm-[^\"]+)\"");

    private ShippedDaemon daemon;
    private String kernel;

    @BeforeAll
    void snapshot() throws Exception {
        write("supersede");
        Map<String, String> settings = new HashMap<>(VsockImages.EMULATED);
        settings.put("CULVERT_ADMIN_LISTEN", "[\"unix://" + ADMIN + "\"]");
        settings.put("CULVERT_JOIN_LISTEN", "[\"vsock://any:1028\"]");
        daemon = ShippedDaemon.start(settings, "--config", SETTINGS.toString());
        String made = daemon.post("/api/v1/enrollments", "{\"name\":\"vm\"}").body();
        kernel =
                "console=ttyS0 reboot=t panic=-1 quiet CULVERT_AGENT_JOIN=vsock://2:1028"
                        + " CULVERT_AGENT_STATE_DIR=/tmp/state CULVERT_AGENT_JOIN_TOKEN="
                        + BasePeer.text(made, "token");
        Shipped vm = start(3);
        daemon.awaitState("vm", "ready");
        assertAnswers("vm");

        try (Writer monitor = vm.process().outputWriter()) {
            monitor.write("migrate \"exec:cat > " + SNAPSHOT + "\"\nquit\n");
        }
        assertThat(vm.exitCode()).isZero();
        daemon.awaitState("vm", "unreachable");
    }

    @AfterAll
    void stop() {
        daemon.close();
    }

    @Test
    void replaceTheFirstByTheSecond() throws Exception {
        policy("supersede");
        try (Shipped _ = first()) {
            String generation = generation("vm");
            try (Shipped _ = restored(4)) {
                awaitCopies("superseded");
                daemon.awaitAgent("vm", "\"address\":\"vsock://4:");
                daemon.awaitState("vm", "ready");
                assertAnswers("vm");
                assertThat(generation("vm")).isNotEqualTo(generation);
            }
        }
        daemon.awaitState("vm", "unreachable");
    }

    @Test
    void refuseTheSecond() throws Exception {
        policy("reject");
        try (Shipped _ = first()) {
            String generation = generation("vm");
            try (Shipped _ = restored(4)) {
                awaitCopies("rejected");
                daemon.awaitAgent("vm", "\"address\":\"vsock://3:");
                assertAnswers("vm");
                assertThat(generation("vm")).isEqualTo(generation);
            }
        }
        daemon.awaitState("vm", "unreachable");
    }

    @Test
    void makeAnAgentOfItsOwnOfTheSecond() throws Exception {
        policy("fork-as-child");
        try (Shipped _ = first();
                Shipped _ = restored(4)) {
            awaitCopies("forked");
            Matcher child = CHILD.matcher(daemon.get("/api/v1/agents").body());
            assertThat(child.find()).isTrue();
            String id = child.group(1);
            daemon.awaitState(id, "ready");
            daemon.awaitAgent(id, "\"lineage\":{\"parent\":\"vm\"}");
            assertAnswers(id);
            assertAnswers("vm");
            assertThat(generation(id)).isNotEqualTo(generation("vm"));
        }
        daemon.awaitState("vm", "unreachable");
    }

    private Shipped first() throws IOException {
        Shipped first = restored(3);
        daemon.awaitState("vm", "ready");
        return first;
    }

    /** By a script that {@code run.sh} has put there; its standard input is the monitor's. */
    private Shipped start(int cid, String... more) throws IOException {
        String[] arguments = new String[2 + more.length];
        arguments[0] = "-append";
        arguments[1] = kernel;
        System.arraycopy(more, 0, arguments, 2, more.length);
        return Shipped.start(Map.of("CID", Integer.toString(cid)), Path.of("/vm/clone"), arguments);
    }

    private Shipped restored(int cid) throws IOException {
        return start(cid, "-incoming", "exec:cat " + SNAPSHOT);
    }

    private void policy(String clones) throws IOException {
        write(clones);
        assertThat(TestDaemon.ask(ADMIN, "POST", "/api/v1/admin/reload", "").statusCode())
                .isEqualTo(200);
    }

    private static void write(String clones) throws IOException {
        Files.writeString(SETTINGS, "{\"fleet\": {\"clones\": \"" + clones + "\"}}");
    }

    private void awaitCopies(String outcome) {
        Eventually.await(
                Duration.ofSeconds(60),
                Duration.ofMillis(200),
                () ->
                        assertThat(get("/metrics"))
                                .contains(
                                        "culvert_enrol_copies_total{outcome=\"%s\"} 1.0"
                                                .formatted(outcome)));
    }

    /** As QEMU prints it. */
    private String generation(String agent) {
        String shown = get("/api/v1/agents/" + agent);
        Matcher found = GENERATION.matcher(shown);
        assertThat(found.find()).as(shown).isTrue();
        return found.group(1);
    }

    private void assertAnswers(String agent) throws Exception {
        assertThat(daemon.post("/api/v1/agents/" + agent + "/message", MESSAGE).body())
                .contains("it is I");
    }

    private String get(String path) {
        try {
            return daemon.get(path).body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
