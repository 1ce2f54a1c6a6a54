package dev.culvert.daemon.proxmox.fake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.value.Value;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What the fake does with guests. */
@ParameterizedClass
@ValueSource(ints = {8, 9})
class GuestsOfTheFakeTest {
    private static final String VM = "/nodes/pve1/qemu/101";

    private final FakeProxmox pve;
    private final Client root;

    GuestsOfTheFakeTest(int major) {
        pve = FakeProxmox.start(major).node("pve1").vm(101, "web-01").ct(200, "dns-01");
        root = Client.ofRoot(pve);
    }

    @AfterEach
    void stop() {
        pve.close();
    }

    @Test
    void doesEverythingThatItsFactsName() {
        assertThat(pve.facts().operations()).allMatch(pve.api()::does);
    }

    @Test
    void makesAVm() throws Exception {
        assertThat(root.get("/cluster/nextid").data().text()).isEqualTo("100");
        Client.Reply begun =
                root.post(
                        "/nodes/pve1/qemu",
                        Map.of(
                                "vmid", "100",
                                "name", "app-01",
                                "cores", "4",
                                "memory", "4096",
                                "scsi0", "local-lvm:20,discard=on",
                                "ide2", "local-lvm:cloudinit",
                                "net0", "virtio,bridge=vmbr0",
                                "start", "1"));

        assertThat(root.outcome(begun)).isEqualTo("OK");
        assertThat(pve.state(100)).isEqualTo("running");
        Value config = root.get("/nodes/pve1/qemu/100/config").data();
        assertThat(config.text("scsi0")).isEqualTo("local-lvm:vm-100-disk-0,discard=on,size=20G");
        assertThat(config.text("ide2")).isEqualTo("local-lvm:vm-100-cloudinit,media=cdrom,size=4M");
        assertThat(config.text("net0")).matches("virtio=BC:24:11(:[0-9A-F]{2}){3},bridge=vmbr0");
        assertThat(config.number(0, "cores")).isEqualTo(4);
        assertThat(config.at("lock").isNothing()).isTrue();
    }

    @Test
    void makesAContainerFromATemplate() throws Exception {
        String template = "local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst";
        Map<String, String> wanted =
                Map.of(
                        "vmid", "201",
                        "ostemplate", template,
                        "hostname", "mail-01",
                        "rootfs", "local-lvm:8",
                        "net0", "name=eth0,bridge=vmbr0,ip=dhcp");

        assertThat(root.outcome(root.post("/nodes/pve1/lxc", wanted)))
                .isEqualTo(
                        "unable to create CT 201 - volume '%s' does not exist".formatted(template));
        pve.file("vztmpl", "debian-13-standard_13.1-1_amd64.tar.zst");
        assertThat(root.outcome(root.post("/nodes/pve1/lxc", wanted))).isEqualTo("OK");
        assertThat(pve.config(201))
                .containsEntry("hostname", "mail-01")
                .containsEntry("rootfs", "local-lvm:vm-201-disk-0,size=8G");
    }

    @Test
    void aCloneHasTheArgumentsOfItsSource() throws Exception {
        pve.set(101, "args", "-device vhost-vsock-pci,guest-cid=101");

        assertThat(
                        root.outcome(
                                root.post(
                                        VM + "/clone",
                                        Map.of("newid", "102", "name", "web-02", "full", "1"))))
                .isEqualTo("OK");
        assertThat(pve.config(102))
                .containsEntry("name", "web-02")
                .containsEntry("args", "-device vhost-vsock-pci,guest-cid=101")
                .containsEntry("scsi0", "local-lvm:vm-102-disk-0,size=32G");
        Map<String, String> source = Objects.requireNonNull(pve.config(101));
        assertThat(pve.config(102)).doesNotContainEntry("net0", source.get("net0"));
    }

    @Test
    void aRunningVmTakesSomeChangesAtItsNextStart() throws Exception {
        pve.running(101);
        root.put(VM + "/config", Map.of("memory", "8192", "description", "new"));

        assertThat(root.get(VM + "/config").data().text("memory")).isEqualTo("8192");
        assertThat(root.get(VM + "/config?current=1").data().text("memory")).isEqualTo("2048");
        assertThat(root.get(VM + "/config?current=1").data().text("description")).isEqualTo("new");
        assertThat(root.get(VM + "/pending").data().list())
                .filteredOn(row -> row.text("key").equals("memory"))
                .extracting(row -> row.text("pending"))
                .containsExactly("8192");
        assertThat(root.outcome(root.post(VM + "/status/reboot"))).isEqualTo("OK");
        assertThat(root.get(VM + "/config?current=1").data().text("memory")).isEqualTo("8192");
    }

    @Test
    void goesBackToASnapshot() throws Exception {
        assertThat(root.outcome(root.post(VM + "/snapshot", Map.of("snapname", "before"))))
                .isEqualTo("OK");
        root.put(VM + "/config", Map.of("cores", "8"));
        assertThat(root.outcome(root.post(VM + "/snapshot", Map.of("snapname", "before"))))
                .isEqualTo("snapshot name 'before' already used");
        assertThat(root.outcome(root.post(VM + "/snapshot/before/rollback"))).isEqualTo("OK");
        assertThat(pve.config(101)).containsEntry("cores", "2");
        assertThat(root.get(VM + "/snapshot").data().list())
                .extracting(row -> row.text("name"))
                .containsExactly("before", "current");
        assertThat(root.outcome(root.delete(VM + "/snapshot/before"))).isEqualTo("OK");
        assertThat(root.get(VM + "/snapshot").data().list()).hasSize(1);
    }

    @Test
    void backsUpAndRestores() throws Exception {
        pve.holdTasks();
        Client.Reply begun =
                root.post("/nodes/pve1/vzdump", Map.of("vmid", "101", "storage", "local"));
        assertThat(root.get(VM + "/status/current").data().text("lock")).isEqualTo("backup");
        assertThat(root.outcome(begun)).isEqualTo("OK");

        List<Value> backups =
                root.get("/nodes/pve1/storage/local/content?content=backup").data().list();
        assertThat(backups).hasSize(1);
        String volume = backups.getFirst().text("volid");
        assertThat(volume).matches("local:backup/vzdump-qemu-101-.*\\.vma\\.zst");
        assertThat(
                        root.outcome(
                                root.post(
                                        "/nodes/pve1/qemu",
                                        Map.of("vmid", "103", "archive", volume))))
                .isEqualTo("OK");
        assertThat(pve.config(103)).containsEntry("name", "web-01");
        pve.set(101, "cores", "8");
        assertThat(
                        root.outcome(
                                root.post(
                                        "/nodes/pve1/qemu",
                                        Map.of("vmid", "101", "archive", volume, "force", "1"))))
                .isEqualTo("OK");
        assertThat(pve.config(101)).containsEntry("cores", "2");
    }

    @Test
    void movesToAnotherNode() throws Exception {
        pve.node("pve2").running(101);

        assertThat(root.post(VM + "/migrate", Map.of("target", "pve2")).reason())
                .isEqualTo("can't migrate running VM without --online");
        assertThat(
                        root.outcome(
                                root.post(
                                        VM + "/migrate",
                                        Map.of(
                                                "target", "pve2",
                                                "online", "1",
                                                "with-local-disks", "1"))))
                .isEqualTo("OK");
        assertThat(pve.nodeOf(101)).isEqualTo("pve2");
        assertThat(root.get("/nodes/pve2/qemu/101/status/current").data().text("status"))
                .isEqualTo("running");
    }

    @Test
    void makesDisksLargerAndNeverSmaller() throws Exception {
        String resize = VM + "/resize";

        assertThat(root.outcome(root.put(resize, Map.of("disk", "scsi0", "size", "+8G"))))
                .isEqualTo("OK");
        assertThat(pve.config(101)).containsEntry("scsi0", "local-lvm:vm-101-disk-0,size=40G");
        assertThat(root.outcome(root.put(resize, Map.of("disk", "scsi0", "size", "8G"))))
                .isEqualTo("shrinking disks is not supported");
    }

    @Test
    void destroysWithTheDisks() throws Exception {
        assertThat(root.outcome(root.delete(VM + "?purge=1"))).isEqualTo("OK");
        assertThat(pve.guests()).containsExactly(200);
        assertThat(root.get("/nodes/pve1/storage/local-lvm/content?vmid=101").data().list())
                .isEmpty();
    }

    @Test
    void aPoolGivesItsPrivilegesToItsGuests() throws Exception {
        pve.inPool(101, "web").user("ci@pve", "x").allow("/pool/web", "ci@pve", "PVEVMAdmin");
        Client client = Client.of(pve, pve.token("ci@pve!t"));

        assertThat(client.get("/cluster/resources?type=vm").data().list())
                .extracting(row -> row.text("id"))
                .containsExactly("qemu/101");
        assertThat(client.post(VM + "/status/start").status()).isEqualTo(200);
    }

    @Test
    void asksTheAgentInAVm() throws Exception {
        String ping = VM + "/agent/ping";
        assertThat(root.post(ping).reason()).isEqualTo("No QEMU guest agent configured");
        pve.set(101, "agent", "1");
        assertThat(root.post(ping).reason()).isEqualTo("VM 101 is not running");
        pve.running(101);
        assertThat(root.post(ping).status()).isEqualTo(200);
        pve.deaf(101);
        assertThat(root.post(ping).reason()).isEqualTo("QEMU guest agent is not running");
        assertThat(root.outcome(root.post(VM + "/status/shutdown")))
                .isEqualTo("VM quit/powerdown failed - got timeout");
    }

    @Test
    void showsAnotherCertificateWhenTold() throws Exception {
        String before = pve.fingerprint();
        pve.changeCertificate();

        assertThat(pve.fingerprint()).isNotEqualTo(before);
        assertThat(root.get("/version").status()).isEqualTo(200);
        assertThat(root.get("/nodes").data().list().getFirst().text("ssl_fingerprint"))
                .isEqualTo(pve.fingerprint());
    }

    @Test
    void tellsTheLogOfATask() throws Exception {
        String upid = root.post(VM + "/status/start").data().text();
        pve.finishTasks();

        assertThat(root.get("/nodes/pve1/tasks/%s/log".formatted(upid)).data().list())
                .extracting(line -> line.text("t"))
                .containsExactly("TASK OK");
        assertThat(root.get("/cluster/tasks").data().list())
                .extracting(task -> task.text("status"))
                .containsExactly("OK");
    }
}
