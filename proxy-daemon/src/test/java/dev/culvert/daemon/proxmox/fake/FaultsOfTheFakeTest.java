package dev.culvert.daemon.proxmox.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The faults that a test can ask for. */
@ParameterizedClass
@ValueSource(ints = {8, 9})
class FaultsOfTheFakeTest {
    private final int major;
    private final FakeProxmox pve;
    private final Client root;

    FaultsOfTheFakeTest(int major) {
        this.major = major;
        pve = FakeProxmox.start(major).node("pve1").vm(101, "web-01");
        root = Client.ofRoot(pve);
    }

    @AfterEach
    void stop() {
        pve.close();
    }

    @Test
    void answersLate() throws Exception {
        pve.slow(Duration.ofMillis(200));
        long before = System.nanoTime();

        assertThat(root.get("/version").status()).isEqualTo(200);
        assertThat(System.nanoTime() - before).isGreaterThan(190_000_000);
    }

    @Test
    void answersSomethingElseOnce() throws Exception {
        pve.answerNext(596, "Connection timed out");

        Client.Reply wrong = root.get("/version");
        assertThat(wrong.status()).isEqualTo(596);
        assertThat(wrong.reason()).isEqualTo("Connection timed out");
        assertThat(root.get("/version").status()).isEqualTo(200);
    }

    @Test
    void aClientThatTrustsTheOldCertificateDoesNotTrustTheNewOne() throws Exception {
        String old = pve.certificatePem();
        pve.changeCertificate();

        assertThatThrownBy(() -> root.trusting(old).get("/version"))
                .isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void aTaskEndsWithWarnings() throws Exception {
        pve.failNext("qmstart", "WARNINGS: 1");

        assertThat(root.outcome(root.post("/nodes/pve1/qemu/101/status/start")))
                .isEqualTo("WARNINGS: 1");
        assertThat(pve.state(101)).isEqualTo("running");
    }

    @Test
    void aTaskIsInterrupted() throws Exception {
        pve.holdTasks();
        String upid = root.post("/nodes/pve1/qemu/101/status/start").data().text();
        assertThat(pve.runningTasks()).isOne();

        assertThat(root.delete("/nodes/pve1/tasks/" + upid).status()).isEqualTo(200);
        assertThat(root.get("/nodes/pve1/tasks/%s/status".formatted(upid)).data())
                .extracting(status -> status.text("exitstatus"))
                .isEqualTo("interrupted by signal");
        assertThat(pve.state(101)).isEqualTo("stopped");
    }

    @Test
    void aNodeComesBack() throws Exception {
        pve.node("pve2").vm(102, "db-01").away("pve2").back("pve2");

        assertThat(root.get("/nodes/pve2/qemu/102/config").status()).isEqualTo(200);
    }

    @Test
    void aTokenIsRevoked() throws Exception {
        Client reader = Client.of(pve, pve.tokenWith("ci@pve!t", "VM.Audit"));
        assertThat(reader.get("/version").status()).isEqualTo(200);
        pve.revoke("ci@pve!t");

        assertThat(reader.get("/version").status()).isEqualTo(401);
    }

    @Test
    void aTokenWithSeparatePrivilegesHasThoseThatBothHave() throws Exception {
        pve.user("ci@pve", "x").allow("/", "ci@pve", "PVEVMAdmin");
        String secret =
                root.post("/access/users/ci@pve/token/deploy", Map.of("privsep", "1"))
                        .data()
                        .text("value");
        Client client = Client.of(pve, "ci@pve!deploy=" + secret);
        assertThat(client.post("/nodes/pve1/qemu/101/status/start").status()).isEqualTo(403);
        pve.allow("/vms", "ci@pve!deploy", "PVEVMUser");

        assertThat(client.post("/nodes/pve1/qemu/101/status/start").status()).isEqualTo(200);
        assertThat(client.put("/nodes/pve1/qemu/101/config", Map.of("cores", "4")).status())
                .isEqualTo(403);
    }

    @Test
    void aRoleCannotHaveAPrivilegeOfTheOtherVersion() {
        String other = major == 8 ? "VM.GuestAgent.Audit" : "VM.Monitor";

        assertThatThrownBy(() -> pve.tokenWith("ci@pve!t", other))
                .hasMessage("invalid privilege '%s'", other);
    }
}
