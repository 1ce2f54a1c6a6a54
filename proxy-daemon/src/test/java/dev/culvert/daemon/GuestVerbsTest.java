package dev.culvert.daemon;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.client.output.Terminal;
import dev.culvert.daemon.proxmox.fake.FakeProxmox;
import dev.culvert.testing.Eventually;
import dev.culvert.value.Value;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code culvert vm} and {@code culvert ct} change, against a Proxmox of its own description.
 */
@Timeout(60)
class GuestVerbsTest {
    private static final Terminal TERMINAL = new Terminal(true, true, 100);

    @TempDir private Path folder;
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private FakeProxmox fake(int version) {
        FakeProxmox fake =
                FakeProxmox.start(version)
                        .node("pve1")
                        .vm(101, "web-01")
                        .vm(102, "web-02")
                        .ct(200, "dns-01");
        open.add(fake);
        return fake;
    }

    private User user(FakeProxmox fake) throws Exception {
        return user(fake, fake.token());
    }

    /** Who operates a daemon that has seen the guests of this server. */
    private User user(FakeProxmox fake, String token) throws Exception {
        int equals = token.indexOf('=');
        Path secret = Files.writeString(folder.resolve("secret"), token.substring(equals + 1));
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        TestDaemon daemon =
                TestDaemon.start(
                        """
                        {"admin": {"listen": ["unix://%s"]},
                         "inventory": {"poll_interval": "1s"},
                         "proxmox": [{"name": "lab", "url": "%s", "token_id": "%s",
                                      "token_secret": {"file": "%s"}, "fingerprints": ["%s"]}]}
                        """
                                .formatted(
                                        folder.resolve("admin.sock"),
                                        fake.url(),
                                        token.substring(0, equals),
                                        secret,
                                        fake.fingerprint()));
        open.add(daemon);
        User user = new User(folder).with("PATH", folder.toString());
        Eventually.await(
                () -> assertThat(user.run("vm", "list", "-o", "name").out()).contains("101"));
        return user;
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9})
    void doneMeansThatTheTaskOfProxmoxHasEndedWell(int version) throws Exception {
        FakeProxmox fake = fake(version);
        User user = user(fake);

        CommandRun start = user.run("vm", "start", "web-01");

        assertThat(start.code()).as(start.err()).isZero();
        assertThat(start.err()).startsWith("culvert: start of vm lab/101 web-01 is done after ");
        assertThat(fake.state(101)).isEqualTo("running");
        CommandRun more = user.run("ct", "start", "200", "-o", "json");
        assertThat(more.code()).as(more.err()).isZero();
        Value result = Value.parse(more.out()).list().getFirst();
        assertThat(result.text("state")).isEqualTo("done");
        assertThat(result.at("task").text("state")).isEqualTo("ok");
        assertThat(fake.state(200)).isEqualTo("running");
    }

    @Test
    void aTaskThatFailsIsOneAndSaysWhy() throws Exception {
        FakeProxmox fake = fake(9);
        User user = user(fake);
        fake.failNext("qmstart", "no space left on device");

        CommandRun run = user.run("vm", "start", "101");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .contains("start of vm lab/101 web-01 failed after ")
                .contains("no space left on device")
                .contains("culvert task show 'lab/UPID:pve1:");
    }

    @Test
    void aTaskWithWarningsIsDoneAndTellsOfThem() throws Exception {
        FakeProxmox fake = fake(9);
        User user = user(fake);
        fake.failNext("qmstart", "WARNINGS: 1");

        CommandRun run = user.run("vm", "start", "101");

        assertThat(run.code()).isZero();
        assertThat(run.err()).contains("is done after ").contains(", with WARNINGS: 1");
    }

    @Test
    void ofSeveralThatAreNotWaitedForItSaysHowManyAreSubmitted() throws Exception {
        FakeProxmox fake = fake(9);
        User user = user(fake);

        CommandRun run = user.run("vm", "start", "101", "102", "--no-wait");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("0 of 2 are done, 2 are submitted");
    }

    @Test
    void whoDoesNotWaitIsToldThatItIsSubmittedAndNotDone() throws Exception {
        FakeProxmox fake = fake(9);
        User user = user(fake);
        fake.holdTasks();

        CommandRun run = user.run("vm", "start", "101", "--no-wait", "-o", "json");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("is submitted, not done: culvert task show 'lab/UPID:");
        Value result = Value.parse(run.out()).list().getFirst();
        assertThat(result.text("state")).isEqualTo("submitted");
        assertThat(fake.state(101)).isEqualTo("stopped");

        String task = "lab/" + result.at("task").text("upid");
        assertThat(user.run("task", "show", task).out()).contains("running");
        fake.finishTasks();
        CommandRun end = user.run("task", "show", task, "--wait");
        assertThat(end.code()).as(end.err()).isZero();
        assertThat(end.out()).contains("TASK OK").contains("qmstart");
        assertThat(fake.state(101)).isEqualTo("running");
    }

    @Test
    void ctrlCEndsTheWaitingAndNotTheWork() throws Exception {
        FakeProxmox fake = fake(9);
        User user = user(fake);
        fake.holdTasks();
        CompletableFuture<Runnable> ctrlC = new CompletableFuture<>();
        user.interruptible(ctrlC::complete);
        CompletableFuture<CommandRun> run = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> run.complete(user.run("vm", "start", "101", "102", "--at-once", "1")));
        Eventually.await(() -> assertThat(fake.runningTasks()).isEqualTo(1));

        ctrlC.get().run();

        assertThat(run.get().code()).isEqualTo(130);
        assertThat(run.get().err())
                .contains("goes on in Proxmox, only the waiting has ended: culvert task show 'lab/")
                .contains("1 more were not begun");
        fake.finishTasks();
        assertThat(fake.state(101)).isEqualTo("running");
        assertThat(fake.state(102)).isEqualTo("stopped");
    }

    @Test
    void whatAFilterPicksIsAskedAboutAndWithoutATerminalRefused() throws Exception {
        FakeProxmox fake = fake(9).running(101, 102);
        User user = user(fake);
        Eventually.await(() ->
                assertThat(user.run("vm", "stop", "--state", "running", "--dry-run").out())
                        .contains("/qemu/101/status/stop")
                        .contains("/qemu/102/status/stop"));

        CommandRun refused = user.run("vm", "stop", "--all");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("stop of 2 guests: there is nobody to ask");

        CommandRun no = user.at(TERMINAL).typing("n\n").run("vm", "stop", "--all");
        assertThat(no.code()).isEqualTo(1);
        assertThat(no.err())
                .contains("vm lab/101 web-01 on pve1, running")
                .contains("vm lab/102 web-02 on pve1, running")
                .contains("nothing was done");
        assertThat(fake.state(101)).isEqualTo("running");

        CommandRun yes = user.run("vm", "stop", "--all", "--yes");
        assertThat(yes.code()).as(yes.err()).isZero();
        assertThat(yes.err()).contains("2 of 2 are done");
        assertThat(List.of(fake.state(101), fake.state(102))).containsOnly("stopped");
    }

    @Test
    void oneThatFailsOfSeveralFailsAllAndTheOthersAreDone() throws Exception {
        FakeProxmox fake = fake(9);
        User user = user(fake);
        fake.failNext("qmstart", "no");

        CommandRun run = user.run("vm", "start", "101", "102", "--at-once", "1");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("1 of 2 are done");
        assertThat(fake.state(102)).isEqualTo("running");
    }

    @Test
    void aDestructionWantsTheNameTyped() throws Exception {
        FakeProxmox fake = fake(9);
        User user = user(fake);

        assertThat(user.run("vm", "destroy", "101").code()).isEqualTo(2);
        CommandRun wrong = user.at(TERMINAL).typing("web-02\n").run("vm", "destroy", "101");
        assertThat(wrong.code()).isEqualTo(1);
        assertThat(wrong.err()).contains("Type 'web-01' to go on").contains("nothing was done");
        assertThat(fake.guests()).contains(101);

        CommandRun right = user.typing("web-01\n").run("vm", "destroy", "101");
        assertThat(right.code()).as(right.err()).isZero();
        Eventually.await(() -> assertThat(fake.guests()).doesNotContain(101));
    }

    @Test
    void aNameOfSeveralIsRefusedWithTheirIds() throws Exception {
        FakeProxmox fake = fake(9).vm(103, "web-01");
        User user = user(fake);
        Eventually.await(
                () -> assertThat(user.run("vm", "start", "103", "--dry-run").code()).isZero());

        CommandRun run = user.run("vm", "start", "web-01");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err())
                .contains("'web-01' may be lab/101 (web-01) or lab/103 (web-01)")
                .contains("say which by SERVER/ID");
        assertThat(user.run("vm", "start", "lab/103").code()).isZero();
    }

    @Test
    void aNameOfNoneIsFive() throws Exception {
        User user = user(fake(9));

        CommandRun run = user.run("vm", "start", "wbe-01");

        assertThat(run.code()).isEqualTo(5);
        assertThat(run.err()).contains("there is no vm 'wbe-01' (did you mean web-01?)");
        assertThat(user.run("vm", "start", "200").code()).isEqualTo(5); // a container
        assertThat(user.run("vm", "start").code()).isEqualTo(2);
        assertThat(user.run("vm", "start", "101", "--all").code()).isEqualTo(2);
    }

    @Test
    void aDryRunShowsTheCallsAndChangesNothing() throws Exception {
        FakeProxmox fake = fake(9);
        User user = user(fake);

        CommandRun run =
                user.run("vm", "shutdown", "101", "--within", "90s", "--force", "--dry-run");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("POST")
                .contains("/nodes/pve1/qemu/101/status/shutdown")
                .contains("timeout=90 forceStop=1");
        assertThat(user.run("vm", "destroy", "101", "--dry-run").out()).contains("DELETE");
        assertThat(fake.requests()).noneMatch(it -> !it.method().equals("GET"));
    }

    @Test
    void aPrivilegeThatIsMissingIsFourWithTheLineThatGivesIt() throws Exception {
        FakeProxmox fake = fake(9);
        User user = user(fake, fake.tokenWith("reader@pve!ci", "VM.Audit", "Sys.Audit"));

        CommandRun run = user.run("vm", "start", "101");

        assertThat(run.code()).isEqualTo(4);
        assertThat(run.err()).contains("VM.PowerMgmt").contains("pveum role modify");
    }

    @Test
    void aClusterWithoutQuorumSaysSo() throws Exception {
        FakeProxmox fake = fake(9);
        User user = user(fake);
        fake.quorum(false);

        CommandRun run = user.run("vm", "start", "101");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("no quorum").contains("pvecm status");
    }

    @Test
    void argsAreRefusedWithTheWayThatThereIs() throws Exception {
        FakeProxmox fake = fake(9);
        User user = user(fake);

        CommandRun run = user.run("vm", "set", "101", "args=-cpu host");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("root on the node alone").contains("culvert vm adopt");
    }

    @Test
    void adoptPrintsWhatRootRunsOnTheNodeAndSaysThatNothingIsDone() throws Exception {
        FakeProxmox fake = fake(9).set(101, "args", "-cpu host");
        User user = user(fake);

        CommandRun run = user.run("vm", "adopt", "web-01");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .contains("nothing is done: Proxmox takes args from root on the node alone")
                .contains("--ssh root@pve1");
        assertThat(run.out())
                .startsWith(
                        "qm set 101 --args '-cpu host -device vhost-vsock-pci,guest-cid=101'"
                                + " --digest ");
        assertThat(user.run("vm", "adopt", "web-01", "--dry-run").code()).isZero();
    }

    @Test
    void adoptRunsItOverSshAndSaysWhatFollows() throws Exception {
        FakeProxmox fake = fake(9);
        User user = user(fake);
        Path ssh =
                Files.writeString(
                        folder.resolve("ssh"),
                        "#!/bin/sh\nprintf '%%s\\n' \"$@\" > %s\n"
                                .formatted(folder.resolve("asked")));
        Files.setPosixFilePermissions(ssh, PosixFilePermissions.fromString("rwx------"));

        CommandRun run = user.run("vm", "adopt", "101", "--ssh", "root@pve1");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(Files.readAllLines(folder.resolve("asked")))
                .startsWith("-o", "BatchMode=yes", "--", "root@pve1")
                .last()
                .asString()
                .startsWith("qm set 101 --args '-device vhost-vsock-pci,guest-cid=101'");
        assertThat(run.err())
                .contains("vm lab/101 web-01 has the CID 101")
                .contains("culvert agents add web-01 --cid 101");
        assertThat(user.run("vm", "adopt", "101", "--ssh", "-oProxyCommand=x").code()).isEqualTo(2);
    }

    @Test
    void aCloneWithTheCidOfAnotherIsFoundOut() throws Exception {
        String args = "-device vhost-vsock-pci,guest-cid=101";
        FakeProxmox fake = fake(9).set(101, "args", args).set(102, "args", args);
        User user = user(fake);

        Eventually.await(
                () -> assertThat(user.run("doctor").out()).contains("VMs have one CID, 101"));
        CommandRun run = user.run("vm", "adopt", "102", "--renumber", "--dry-run");
        assertThat(run.out())
                .startsWith("qm set 102 --args '-device vhost-vsock-pci,guest-cid=102'");
        CommandRun taken = user.run("vm", "adopt", "101", "--cid", "102", "--renumber");
        assertThat(taken.code()).as(taken.err() + taken.out()).isEqualTo(1);
        assertThat(user.run("vm", "adopt", "101").err())
                .contains("the CID 101 is that of vm lab/102 web-02, too");
    }

    private static void ok(User user, String... words) {
        CommandRun run = user.run(words);
        assertThat(run.code()).as(String.join(" ", words) + ": " + run.err()).isZero();
    }

    /** Those of proxy-daemon/docs/how-to-guests.md, in their order. */
    @Test
    void theCommandsOfThePageWork() throws Exception {
        FakeProxmox fake = fake(9);
        User user = user(fake);

        ok(user, "vm", "start", "web-01");
        ok(user, "vm", "shutdown", "web-01", "--within", "90s", "--force");
        ok(user, "vm", "stop", "--tag", "web", "--dry-run");
        CommandRun start = user.run("ct", "start", "200", "--no-wait", "-o", "json");
        String upid = Value.parse(start.out()).list().getFirst().at("task").text("upid");
        ok(user, "task", "show", "lab/" + upid, "--wait");
        assertThat(fake.state(200)).isEqualTo("running");
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9})
    void everyVerbDoesWhatItSaysToAVm(int version) throws Exception {
        FakeProxmox fake = fake(version).node("pve2").sharedStorage("nfs", 1L << 40, "images");
        User user = user(fake);

        ok(
                user,
                "vm",
                "create",
                "web-09",
                "--node",
                "pve1",
                "--memory",
                "1024",
                "--cores",
                "2",
                "--disk",
                "local-lvm:8",
                "--net",
                "vmbr0",
                "--tags",
                "web,new");
        assertThat(fake.config(100))
                .containsEntry("name", "web-09")
                .containsEntry("memory", "1024")
                .containsEntry("tags", "web;new");
        ok(user, "vm", "set", "101", "memory=4096", "tags=web;prod");
        assertThat(fake.config(101)).containsEntry("memory", "4096");
        ok(user, "vm", "resize", "101", "scsi0", "+8G");
        assertThat(requireNonNull(fake.config(101)).get("scsi0")).contains("size=40G");
        ok(user, "vm", "snapshot", "101", "--name", "before", "--description", "an upgrade");
        ok(user, "vm", "set", "101", "memory=512");
        ok(user, "vm", "rollback", "101", "before", "--yes");
        assertThat(fake.config(101)).containsEntry("memory", "4096");
        ok(user, "vm", "delsnapshot", "101", "before", "--yes");
        ok(user, "vm", "clone", "101", "web-03", "--id", "103", "--full");
        assertThat(fake.config(103)).containsEntry("name", "web-03");
        ok(user, "vm", "backup", "102", "--storage", "local");
        ok(user, "vm", "start", "102");
        ok(user, "vm", "suspend", "102");
        assertThat(fake.state(102)).isEqualTo("paused");
        ok(user, "vm", "resume", "102");
        ok(user, "vm", "reboot", "102");
        ok(user, "vm", "shutdown", "102", "--within", "30s", "--force");
        assertThat(fake.state(102)).isEqualTo("stopped");
        ok(user, "vm", "migrate", "102", "--to", "pve2", "--with-local-disks");
        assertThat(fake.nodeOf(102)).isEqualTo("pve2");
        ok(user, "vm", "destroy", "102", "--yes", "--purge");
        assertThat(fake.state(102)).isEqualTo("gone");
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9})
    void everyVerbDoesWhatItSaysToAContainer(int version) throws Exception {
        FakeProxmox fake =
                fake(version).file("vztmpl", "debian-13-standard_amd64.tar.zst").node("pve2");
        User user = user(fake);

        ok(
                user,
                "ct",
                "create",
                "dns-02",
                "--node",
                "pve1",
                "--memory",
                "512",
                "--disk",
                "local-lvm:4",
                "--net",
                "vmbr0",
                "--template",
                "local:vztmpl/debian-13-standard_amd64.tar.zst");
        assertThat(fake.config(100)).containsEntry("hostname", "dns-02");
        ok(user, "ct", "set", "200", "memory=1024");
        assertThat(fake.config(200)).containsEntry("memory", "1024");
        ok(user, "ct", "resize", "200", "rootfs", "+4G");
        ok(user, "ct", "snapshot", "200", "--name", "before");
        ok(user, "ct", "rollback", "200", "before", "--yes");
        ok(user, "ct", "delsnapshot", "200", "before", "--yes");
        ok(user, "ct", "clone", "200", "dns-03", "--id", "203", "--full");
        ok(user, "ct", "start", "200");
        ok(user, "ct", "reboot", "200");
        ok(user, "ct", "stop", "200");
        ok(user, "ct", "migrate", "200", "--to", "pve2");
        assertThat(fake.nodeOf(200)).isEqualTo("pve2");
        ok(user, "ct", "destroy", "dns-02", "--yes");
        assertThat(fake.state(100)).isEqualTo("gone");
    }

    @Test
    void aBackupIsRestoredInThePlaceOfTheGuest() throws Exception {
        FakeProxmox fake = fake(9);
        User user = user(fake);
        ok(user, "vm", "backup", "101", "--storage", "local");
        String backup =
                user.run("inventory", "content", "local", "--kind", "backup", "-o", "name")
                        .out()
                        .strip();
        assertThat(backup).startsWith("local:backup/vzdump-qemu-101-");
        fake.set(101, "memory", "9999");

        CommandRun refused = user.run("vm", "restore", "101", backup);
        assertThat(refused.code()).isEqualTo(2);
        ok(user, "vm", "restore", "101", backup, "--yes");

        assertThat(fake.config(101)).containsEntry("memory", "2048");
    }

    @Test
    void progressIsShownAtATerminal() throws Exception {
        FakeProxmox fake = fake(9);
        User user = user(fake).at(TERMINAL);
        fake.holdTasks();
        CompletableFuture<CommandRun> run = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> run.complete(user.run("vm", "start", "101")));

        Eventually.await(
                () -> assertThat(user.told()).contains("\rculvert: start of vm lab/101 web-01: "));
        fake.finishTasks();

        assertThat(run.get().code()).isZero();
        assertThat(run.get().err())
                .containsPattern("is done after .* \\(culvert op [0-9a-f]{8}\\)");
    }
}
