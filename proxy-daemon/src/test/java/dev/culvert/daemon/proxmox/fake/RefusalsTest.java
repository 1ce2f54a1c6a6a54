package dev.culvert.daemon.proxmox.fake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What the fake refuses, in the words of Proxmox. */
@ParameterizedClass
@ValueSource(ints = {8, 9})
class RefusalsTest {
    private static final String VM = "/nodes/pve1/qemu/101";

    private final int major;
    private final FakeProxmox pve;
    private final Client root;

    RefusalsTest(int major) {
        this.major = major;
        pve = FakeProxmox.start(major).node("pve1").vm(101, "web-01").ct(200, "dns-01");
        root = Client.ofRoot(pve);
    }

    @AfterEach
    void stop() {
        pve.close();
    }

    private void refuses(Client.Reply reply, int status, String reason) {
        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.reason()).isEqualTo(reason);
    }

    private void refusesParameter(Client.Reply reply, String name, String why) {
        refuses(reply, 400, "Parameter verification failed.");
        assertThat(reply.body().text("message")).isEqualTo("Parameter verification failed.\n");
        assertThat(reply.error(name)).isEqualTo(why);
    }

    @Test
    void nobodyGetsInWithoutALogin() throws Exception {
        Client.Reply refused = new Client(pve).get("/version");

        refuses(refused, 401, "No ticket");
        assertThat(refused.text()).isEmpty();
    }

    @Test
    void aTokenNeedsItsSecret() throws Exception {
        refuses(
                Client.of(pve, "root@pam!fake=wrong").get("/version"),
                401,
                major == 8 ? "invalid token value!" : "Authentication failed!");
        refuses(
                Client.of(pve, "root@pam!none=x").get("/version"),
                401,
                major == 8 ? "no such token 'none' for user 'root@pam'" : "Authentication failed!");
    }

    @Test
    void aTicketNeedsAFormTokenForEachChange() throws Exception {
        Client.Reply login =
                new Client(pve)
                        .post(
                                "/access/ticket",
                                Map.of("username", "root@pam", "password", "proxmox"));
        Client client =
                new Client(pve).with("Cookie", "PVEAuthCookie=" + login.data().text("ticket"));

        assertThat(client.get("/version").status()).isEqualTo(200);
        refuses(client.post(VM + "/status/start"), 401, "Permission denied - invalid csrf token");
        client.with("CSRFPreventionToken", login.data().text("CSRFPreventionToken"));
        assertThat(client.post(VM + "/status/start").status()).isEqualTo(200);
        pve.forgetTickets();
        refuses(
                client.get("/version"),
                401,
                major == 8 ? "permission denied - invalid PVE ticket" : "Authentication failed!");
    }

    @Test
    void aLoginNeedsThePassword() throws Exception {
        Client.Reply refused =
                new Client(pve)
                        .post("/access/ticket", Map.of("username", "root@pam", "password", "x"));

        refuses(refused, 401, "authentication failure");
        assertThat(refused.data().isNothing()).isTrue();
    }

    @Test
    void aPrivilegeIsNamedWithItsPath() throws Exception {
        Client reader = Client.of(pve, pve.tokenWith("ci@pve!read", "VM.Audit"));

        assertThat(reader.get(VM + "/config").status()).isEqualTo(200);
        Client.Reply refused = reader.post(VM + "/status/start");
        refuses(refused, 403, "Permission check failed (/vms/101, VM.PowerMgmt)");
        assertThat(refused.body().text("message"))
                .isEqualTo("Permission check failed (/vms/101, VM.PowerMgmt)\n");
        refuses(reader.get("/cluster/status"), 403, "Permission check failed (/, Sys.Audit)");
        refuses(
                reader.put(VM + "/config", Map.of("memory", "1024")),
                403,
                "Permission check failed (/vms/101,"
                        + " VM.Config.Disk|VM.Config.CDROM|VM.Config.CPU|VM.Config.Memory|VM.Config.Network|VM.Config.HWType|VM.Config.Options|VM.Config.Cloudinit)");
    }

    @Test
    void eachKeyOfAConfigurationHasAPrivilegeOfItsOwn() throws Exception {
        Client client = Client.of(pve, pve.tokenWith("ci@pve!cpu", "VM.Config.CPU", "VM.Audit"));

        assertThat(client.put(VM + "/config", Map.of("cores", "4")).status()).isEqualTo(200);
        refuses(
                client.put(VM + "/config", Map.of("memory", "1024")),
                403,
                "Permission check failed (/vms/101, VM.Config.Memory)");
    }

    @Test
    void aGuestsAgentNeedsADifferentPrivilegeInEachVersion() throws Exception {
        refuses(
                Client.of(pve, pve.tokenWith("ci@pve!read", "VM.Audit")).post(VM + "/agent/ping"),
                403,
                major == 8
                        ? "Permission check failed (/vms/101, VM.Monitor)"
                        : "Permission check failed (/vms/101,"
                                + " VM.GuestAgent.Audit|VM.GuestAgent.Unrestricted)");
    }

    @Test
    void noTokenSetsArguments() throws Exception {
        String device = "-device vhost-vsock-pci,guest-cid=101";

        refuses(
                root.put(VM + "/config", Map.of("args", device)),
                500,
                "only root can set 'args' config");
        refuses(
                root.post("/nodes/pve1/qemu", Map.of("vmid", "105", "args", device)),
                500,
                "only root can set 'args' config");
        assertThat(pve.config(101)).doesNotContainKey("args");
        assertThat(pve.guests()).doesNotContain(105);
    }

    @Test
    void rootWithATicketSetsArguments() throws Exception {
        Client.Reply login =
                new Client(pve)
                        .post(
                                "/access/ticket",
                                Map.of("username", "root@pam", "password", "proxmox"));
        Client client =
                new Client(pve)
                        .with("Cookie", "PVEAuthCookie=" + login.data().text("ticket"))
                        .with("CSRFPreventionToken", login.data().text("CSRFPreventionToken"));

        assertThat(client.put(VM + "/config", Map.of("args", "-no-reboot")).status())
                .isEqualTo(200);
        assertThat(pve.config(101)).containsEntry("args", "-no-reboot");
    }

    @Test
    void nobodyMakesATokenOfAnotherUser() throws Exception {
        Client other = Client.of(pve, pve.tokenWith("ci@pve!t", "VM.Audit"));

        refuses(other.post("/access/users/root@pam/token/theirs"), 403, "Permission check failed");
        assertThat(root.post("/access/users/ci@pve/token/second").data().text("full-tokenid"))
                .isEqualTo("ci@pve!second");
    }

    @Test
    void valuesHaveTypesBoundsAndChoices() throws Exception {
        String config = VM + "/config";
        refusesParameter(
                root.put(config, Map.of("cores", "many")),
                "cores",
                "type check ('integer') failed - got 'many'");
        refusesParameter(
                root.put(config, Map.of("cores", "0")),
                "cores",
                "value must have a minimum value of 1");
        refusesParameter(
                root.put(config, Map.of("onboot", "maybe")),
                "onboot",
                "type check ('boolean') failed - got 'maybe'");
        Client.Reply refused = root.put(config, Map.of("ostype", "beos"));
        assertThat(refused.error("ostype"))
                .startsWith("value 'beos' does not have a value in the enumeration 'other, wxp,");
        refusesParameter(
                root.put(config, Map.of("name", "web_01")),
                "name",
                "invalid format - value does not look like a valid DNS name\n");
        refusesParameter(
                root.put(VM + "/resize", Map.of("disk", "scsi0", "size", "big")),
                "size",
                "value does not match the regex pattern");
        refusesParameter(
                root.post(VM + "/snapshot"),
                "snapname",
                "property is missing and it is not optional");
        refusesParameter(
                root.post("/nodes/pve1/qemu", Map.of("vmid", "99")),
                "vmid",
                "invalid format - value does not look like a valid VM ID\n");
        refusesParameter(
                root.put(config, Map.of("digest", "0".repeat(41), "cores", "1")),
                "digest",
                "value may only be 40 characters long");
        refusesParameter(
                root.post("/nodes/pve1/qemu", Map.of("vmid", "105", "force", "1")),
                "archive",
                "missing property - 'force' requires this property");
    }

    @Test
    void listsHaveKeysOfTheirOwn() throws Exception {
        String config = VM + "/config";
        refusesParameter(
                root.put(config, Map.of("net0", "virtio,brigde=vmbr0")),
                "net0",
                "invalid format - invalid key in comma-separated list property: brigde\n");
        refusesParameter(
                root.put(config, Map.of("net0", "bridge=vmbr0")),
                "net0",
                """
                invalid format - format error
                net0.model: property is missing and it is not optional
                """);
        refusesParameter(
                root.put(config, Map.of("agent", "1,fstrim_cloned_disks=perhaps")),
                "agent",
                """
                invalid format - format error
                agent.fstrim_cloned_disks: type check ('boolean') failed - got 'perhaps'
                """);
        assertThat(
                        root.put(
                                        config,
                                        Map.of(
                                                "net0",
                                                "virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1"))
                                .status())
                .isEqualTo(200);
    }

    @Test
    void aGuestThatIsNotThereHasNoFile() throws Exception {
        refuses(
                root.get("/nodes/pve1/qemu/999/config"),
                500,
                "Configuration file 'nodes/pve1/qemu-server/999.conf' does not exist");
        refuses(
                root.get("/nodes/pve1/lxc/101/config"),
                500,
                "Configuration file 'nodes/pve1/lxc/101.conf' does not exist");
        refuses(
                root.get("/nodes/nowhere/status"),
                500,
                "hostname lookup 'nowhere' failed - failed to get address info for: nowhere: Name"
                        + " or service not known");
    }

    @Test
    void aLockedGuestCannotBeChanged() throws Exception {
        pve.lock(101, "backup");

        refuses(root.put(VM + "/config", Map.of("cores", "1")), 500, "VM is locked (backup)");
        refuses(root.post(VM + "/clone", Map.of("newid", "102")), 500, "VM is locked (backup)");
        assertThat(root.outcome(root.post(VM + "/status/start")))
                .isEqualTo("VM is locked (backup)");
        assertThat(pve.state(101)).isEqualTo("stopped");
    }

    @Test
    void whoReadAnOlderConfigurationChangesNothing() throws Exception {
        String digest = root.get(VM + "/config").data().text("digest");
        pve.set(101, "cores", "8");

        refuses(
                root.put(VM + "/config", Map.of("cores", "1", "digest", digest)),
                500,
                "checksum mismatch (file change by other user?)");
    }

    @Test
    void withoutAQuorumNothingChanges() throws Exception {
        pve.quorum(false);

        refuses(root.post(VM + "/status/start"), 500, "cluster not ready - no quorum?");
        assertThat(root.get("/cluster/status").data().list().getFirst().text("quorate"))
                .isEqualTo("0");
    }

    @Test
    void aNodeThatIsAwayIsNotReached() throws Exception {
        pve.node("pve2").vm(102, "db-01").running(102).away("pve2");

        Client.Reply refused = root.get("/nodes/pve2/qemu/102/config");
        refuses(refused, 595, "No route to host");
        assertThat(refused.text()).isEmpty();
        assertThat(root.get("/cluster/resources?type=vm").data().list())
                .extracting(row -> row.text("status"))
                .containsExactly("stopped", "unknown", "stopped");
    }

    @Test
    void aTaskThatFailsSaysWhy() throws Exception {
        pve.failNext("qmstart", "start failed: QEMU exited with code 1");

        assertThat(root.outcome(root.post(VM + "/status/start")))
                .isEqualTo("start failed: QEMU exited with code 1");
        assertThat(root.outcome(root.post(VM + "/status/start"))).isEqualTo("OK");
    }

    @Test
    void anIdIsUsedOnce() throws Exception {
        refuses(
                root.post("/nodes/pve1/qemu", Map.of("vmid", "101")),
                500,
                "unable to create VM 101 - VM 101 already exists on node 'pve1'");
        refuses(
                root.post(VM + "/clone", Map.of("newid", "200")),
                500,
                "unable to create VM 200: config file already exists");
        refusesParameter(root.get("/cluster/nextid?vmid=101"), "vmid", "VM 101 already exists");
    }

    @Test
    void aRunningGuestIsNotDestroyed() throws Exception {
        pve.running(101, 200);

        refuses(root.delete(VM), 500, "VM 101 is running - destroy failed");
        refuses(root.delete("/nodes/pve1/lxc/200"), 500, "CT 200 is running - destroy failed");
        pve.stopped(101).set(101, "protection", "1");
        refuses(root.delete(VM), 500, "can't remove VM 101 - protection mode enabled");
    }

    @Test
    void aStorageThatIsNotThereTakesNoDisk() throws Exception {
        refuses(
                root.put(VM + "/config", Map.of("scsi1", "nfs:8")),
                500,
                "storage 'nfs' does not exist");
        assertThat(
                        root.outcome(
                                root.post(
                                        "/nodes/pve1/qemu",
                                        Map.of("vmid", "105", "scsi0", "local-lvm:9999"))))
                .isEqualTo(
                        "unable to create VM 105 - unable to allocate 'local-lvm:vm-105-disk-0':"
                                + " not enough free space on storage 'local-lvm'");
        assertThat(pve.guests()).doesNotContain(105);
    }
}
