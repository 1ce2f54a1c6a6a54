package dev.culvert.daemon.proxmox.fake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.value.Value;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The fake itself: what it tells and what it refuses, in the words of Proxmox. */
@ParameterizedClass
@ValueSource(ints = {8, 9})
class FakeProxmoxTest {
    private final int major;
    private final FakeProxmox pve;
    private final Client root;

    FakeProxmoxTest(int major) {
        this.major = major;
        pve =
                FakeProxmox.start(major)
                        .node("pve1")
                        .vm(101, "web-01")
                        .ct(200, "dns-01")
                        .running(200);
        root = Client.ofRoot(pve);
    }

    @AfterEach
    void stop() {
        pve.close();
    }

    @Test
    void tellsItsVersion() throws Exception {
        assertThat(root.get("/version").data().text("version"))
                .isEqualTo(major == 8 ? "8.4.5" : "9.2.3");
    }

    @Test
    void listsWhatThereIs() throws Exception {
        assertThat(root.get("/cluster/resources").data().list().stream().map(row -> row.text("id")))
                .containsExactly(
                        "qemu/101",
                        "lxc/200",
                        "node/pve1",
                        "storage/pve1/local",
                        "storage/pve1/local-lvm");
        assertThat(root.get("/cluster/resources?type=vm").data().list())
                .extracting(row -> row.text("status"))
                .containsExactly("stopped", "running");
        assertThat(root.get("/nodes").data().list().getFirst().text("ssl_fingerprint"))
                .isEqualTo(pve.fingerprint());
    }

    @Test
    void startsInATask() throws Exception {
        pve.holdTasks();
        Client.Reply begun = root.post("/nodes/pve1/qemu/101/status/start");

        assertThat(begun.data().text())
                .startsWith("UPID:pve1:")
                .endsWith(":qmstart:101:root@pam!fake:");
        String status = "/nodes/pve1/tasks/%s/status".formatted(begun.data().text());
        assertThat(root.get(status).data().text("status")).isEqualTo("running");
        assertThat(pve.state(101)).isEqualTo("stopped");
        pve.finishTasks();
        Value over = root.get(status).data();
        assertThat(over.text("status")).isEqualTo("stopped");
        assertThat(over.text("exitstatus")).isEqualTo("OK");
        assertThat(pve.state(101)).isEqualTo("running");
    }

    @Test
    void refusesAPathThatItDoesNotHave() throws Exception {
        Client.Reply refused = root.get("/x");

        assertThat(refused.status()).isEqualTo(501);
        assertThat(refused.reason()).isEqualTo("Method 'GET /x' not implemented");
    }

    @Test
    void refusesAParameterThatItDoesNotHave() throws Exception {
        Client.Reply refused =
                root.post("/nodes/pve1/qemu/101/status/start", Map.of("speed", "fast"));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.reason()).isEqualTo("Parameter verification failed.");
        assertThat(refused.error("speed"))
                .isEqualTo(
                        "property is not defined in schema and the schema does not allow additional"
                                + " properties");
        assertThat(refused.data().isNothing()).isTrue();
    }
}
