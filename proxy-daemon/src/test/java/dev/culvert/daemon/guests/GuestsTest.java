package dev.culvert.daemon.guests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.config.ProxmoxSettings;
import dev.culvert.daemon.guests.Guests.Begun;
import dev.culvert.daemon.guests.Guests.Plan;
import dev.culvert.daemon.outgoing.OutgoingCalls;
import dev.culvert.daemon.outgoing.TrustedAuthorities;
import dev.culvert.daemon.proxmox.Proxmox;
import dev.culvert.daemon.proxmox.ProxmoxException;
import dev.culvert.daemon.proxmox.TaskState;
import dev.culvert.daemon.proxmox.fake.FakeProxmox;
import dev.culvert.io.Workers;
import dev.culvert.settings.SecretSource;
import dev.culvert.testing.CapturedLog;
import dev.culvert.testing.Eventually;
import dev.culvert.transport.EventLoops;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What changes guests, against a Proxmox of Proxmox's own description. */
@Timeout(60)
class GuestsTest {
    private static final int MOST_TASKS = 1_000;

    @TempDir Path folder;
    private final EventLoops loops = EventLoops.start(1, "guests");
    private final Workers workers = new Workers("guests", 4, 64);
    private final List<TaskState> ended = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        workers.close();
        loops.close();
    }

    private Proxmox proxmox(FakeProxmox fake, String token) throws Exception {
        int equals = token.indexOf('=');
        Path secret = Files.createTempFile(folder, "secret", "");
        Files.writeString(secret, token.substring(equals + 1));
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        return new Proxmox(
                new ProxmoxSettings(
                        "lab",
                        URI.create(fake.url()),
                        token.substring(0, equals),
                        new SecretSource.FromFile(secret),
                        Set.of(fake.fingerprint()),
                        Optional.empty(),
                        Duration.ofSeconds(20),
                        1024 * 1024),
                new Proxmox.Net(
                        new OutgoingCalls(loops.transport()),
                        new TrustedAuthorities(),
                        loops::next));
    }

    private Guests guests(FakeProxmox fake) throws Exception {
        return guests(fake, fake.token());
    }

    private Guests guests(FakeProxmox fake, String token) throws Exception {
        List<Proxmox> all = List.of(proxmox(fake, token));
        return new Guests(() -> all);
    }

    private Tasks tasks(Guests guests) {
        return new Tasks(
                guests,
                workers,
                loops.next(),
                InstantSource.system(),
                (_, state) -> ended.add(state),
                MOST_TASKS);
    }

    private static Begun run(Guests guests, int vmid, GuestAction action, String... pairs)
            throws Exception {
        return guests.run(plan(guests, vmid, action, pairs));
    }

    private static Plan plan(Guests guests, int vmid, GuestAction action, String... pairs)
            throws Exception {
        Map<String, String> given = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            given.put(pairs[i], pairs[i + 1]);
        }
        return guests.plan("lab", Integer.toString(vmid), action, Optional.empty(), given);
    }

    private static TaskLook look(Tasks tasks, String upid) {
        try {
            return tasks.look("lab", upid);
        } catch (ProxmoxException | RefusedException e) {
            throw new AssertionError(e);
        }
    }

    private static TaskLook ended(Tasks tasks, Begun begun) {
        String upid = String.valueOf(begun.upid());
        Eventually.await(() -> assertThat(look(tasks, upid).isOver()).isTrue());
        return look(tasks, upid);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9})
    void aGuestRunsWhenTheTaskOfItsStartHasEndedAndNotBefore(int version) throws Exception {
        try (FakeProxmox fake = FakeProxmox.start(version).node("pve1").vm(101, "web-01")) {
            Guests guests = guests(fake);
            Tasks tasks = tasks(guests);
            fake.holdTasks();

            Begun begun = run(guests, 101, GuestAction.START);

            String upid = String.valueOf(begun.upid());
            assertThat(upid).startsWith("UPID:pve1:").contains(":qmstart:101:");
            assertThat(tasks.look("lab", upid).isOver()).isFalse();
            assertThat(fake.state(101)).isEqualTo("stopped");
            fake.finishTasks();
            assertThat(ended(tasks, begun).state()).isEqualTo(new TaskState.Ok());
            assertThat(fake.state(101)).isEqualTo("running");
            assertThat(tasks.log("lab", upid, 0).lines()).contains("TASK OK");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9})
    void theSameIsSoForAContainer(int version) throws Exception {
        try (FakeProxmox fake = FakeProxmox.start(version).node("pve1").ct(200, "dns-01")) {
            Guests guests = guests(fake);
            Tasks tasks = tasks(guests);

            ended(tasks, run(guests, 200, GuestAction.START));
            assertThat(fake.state(200)).isEqualTo("running");
            ended(tasks, run(guests, 200, GuestAction.SHUTDOWN, "timeout", "5"));
            assertThat(fake.state(200)).isEqualTo("stopped");
        }
    }

    @Test
    void aGuestIsLookedForWhereItIsNow() throws Exception {
        try (FakeProxmox fake = FakeProxmox.start(9).node("pve2").node("pve1").vm(101, "web-01")) {
            Guests guests = guests(fake);
            fake.move(101, "pve2");

            assertThat(plan(guests, 101, GuestAction.STOP).call().path())
                    .isEqualTo("/nodes/pve2/qemu/101/status/stop");
        }
    }

    @Test
    void aTaskThatFailsSaysWhy() throws Exception {
        try (FakeProxmox fake = FakeProxmox.start(9).node("pve1").vm(101, "web-01")) {
            Guests guests = guests(fake);
            fake.failNext("qmstart", "start failed: QEMU exited with code 1");

            TaskLook look = ended(tasks(guests), run(guests, 101, GuestAction.START));

            assertThat(look.state())
                    .isEqualTo(new TaskState.Failed("start failed: QEMU exited with code 1"));
        }
    }

    @Test
    void aTaskIsFollowedToItsEndWithoutAClientAndTheLogSaysHowItEnded() throws Exception {
        try (FakeProxmox fake = FakeProxmox.start(9).node("pve1").vm(101, "a").vm(102, "b");
                CapturedLog log = new CapturedLog()) {
            Guests guests = guests(fake);
            Tasks tasks = tasks(guests);
            fake.failNext("qmstart", "no space left on device");
            String bad = String.valueOf(run(guests, 101, GuestAction.START).upid());
            String good = String.valueOf(run(guests, 102, GuestAction.START).upid());

            tasks.follow("lab", bad, "start of lab/101", Runnable::run);
            tasks.follow("lab", good, "start of lab/102", Runnable::run);

            Eventually.await(() -> assertThat(tasks.followed()).isZero());
            assertThat(ended)
                    .containsExactlyInAnyOrder(
                            new TaskState.Ok(), new TaskState.Failed("no space left on device"));
            assertThat(log.lines())
                    .anyMatch(it ->
                            it.contains(
                                    "start of lab/101 failed in Proxmox: no space left on device"));
        }
    }

    @Test
    void aDaemonThatWasRestartedFindsATaskByItsId() throws Exception {
        try (FakeProxmox fake = FakeProxmox.start(9).node("pve1").vm(101, "web-01")) {
            fake.holdTasks();
            Begun begun = run(guests(fake), 101, GuestAction.START);

            Tasks ofTheNext = tasks(guests(fake));
            assertThat(ofTheNext.look("lab", String.valueOf(begun.upid())).isOver()).isFalse();
            fake.finishTasks();
            assertThat(ended(ofTheNext, begun).state()).isEqualTo(new TaskState.Ok());
        }
    }

    @Test
    void aTaskIsFollowedThroughANodeThatIsAwayForAWhile() throws Exception {
        try (FakeProxmox fake = FakeProxmox.start(9).node("pve1").node("pve2").vm(101, "web-01")) {
            Guests guests = guests(fake);
            Tasks tasks = tasks(guests);
            fake.holdTasks();
            Begun begun = run(guests, 101, GuestAction.START);
            String upid = String.valueOf(begun.upid());
            fake.away("pve2");

            tasks.follow("lab", upid, "start of lab/101", Runnable::run);
            assertThatThrownBy(() -> tasks.look("lab", upid))
                    .isInstanceOfSatisfying(
                            ProxmoxException.class,
                            e -> assertThat(e.kind()).isEqualTo(ProxmoxException.Kind.AWAY));
            fake.back("pve2");
            fake.finishTasks();

            Eventually.await(() -> assertThat(ended).containsExactly(new TaskState.Ok()));
        }
    }

    @Test
    void severalWhoWaitForOneTaskAskProxmoxOnce() throws Exception {
        try (FakeProxmox fake = FakeProxmox.start(9).node("pve1").vm(101, "web-01")) {
            Guests guests = guests(fake);
            Tasks tasks = tasks(guests);
            Begun begun = run(guests, 101, GuestAction.START);
            ended(tasks, begun);
            fake.forgetRequests();

            for (int i = 0; i < 10; i++) {
                assertThat(tasks.look("lab", String.valueOf(begun.upid())).isOver()).isTrue();
            }

            assertThat(fake.requests()).isEmpty();
        }
    }

    @Test
    void aGuestThatIsLockedFailsInItsTask() throws Exception {
        try (FakeProxmox fake =
                FakeProxmox.start(9).node("pve1").vm(101, "web-01").lock(101, "backup")) {
            Guests guests = guests(fake);

            TaskLook look = ended(tasks(guests), run(guests, 101, GuestAction.START));

            assertThat(look.state()).isEqualTo(new TaskState.Failed("VM is locked (backup)"));
        }
    }

    @Test
    void aClusterWithoutQuorumAndATokenWithoutPrivilegeSayWhatToDo() throws Exception {
        try (FakeProxmox fake = FakeProxmox.start(9).node("pve1").vm(101, "web-01")) {
            Guests weak = guests(fake, fake.tokenWith("reader@pve!ci", "VM.Audit"));
            assertThatThrownBy(() -> run(weak, 101, GuestAction.START))
                    .isInstanceOfSatisfying(
                            ProxmoxException.class,
                            e -> {
                                assertThat(e.kind()).isEqualTo(ProxmoxException.Kind.FORBIDDEN);
                                assertThat(e.advice())
                                        .contains("pveum role modify")
                                        .contains("VM.PowerMgmt")
                                        .contains("/vms/101");
                            });

            Guests strong = guests(fake);
            fake.quorum(false);
            assertThatThrownBy(() -> run(strong, 101, GuestAction.START))
                    .isInstanceOfSatisfying(
                            ProxmoxException.class,
                            e -> assertThat(e.kind()).isEqualTo(ProxmoxException.Kind.NO_QUORUM));
            assertThat(fake.state(101)).isEqualTo("stopped");
        }
    }

    @Test
    void aGuestOfAnotherNameIsLeftAlone() throws Exception {
        try (FakeProxmox fake = FakeProxmox.start(9).node("pve1").vm(101, "db-01")) {
            Guests guests = guests(fake);

            assertThatThrownBy(() ->
                            guests.plan(
                                    "lab",
                                    "101",
                                    GuestAction.DESTROY,
                                    Optional.of("web-01"),
                                    Map.of()))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("is called 'db-01' and not 'web-01'");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "lab, 999, has no guest 999",
        "nowhere, 101, There is no Proxmox server 'nowhere': the settings have lab.",
        "lab, 99, it takes 100 to 999999999",
        "lab, ../1, it takes 100 to 999999999",
    })
    void whatIsNotThereIsRefused(String server, String vmid, String why) throws Exception {
        try (FakeProxmox fake = FakeProxmox.start(9).node("pve1").vm(101, "web-01")) {
            Guests guests = guests(fake);

            assertThatThrownBy(() ->
                            guests.plan(
                                    server, vmid, GuestAction.START, Optional.empty(), Map.of()))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining(why);
        }
    }

    @Test
    void noNameOfASnapshotLeavesItsPlaceInThePath() throws Exception {
        try (FakeProxmox fake = FakeProxmox.start(9).node("pve1").vm(101, "web-01")) {
            Guests guests = guests(fake);
            for (GuestAction action :
                    List.of(GuestAction.SNAPSHOT, GuestAction.ROLLBACK, GuestAction.DELSNAPSHOT)) {
                assertThatThrownBy(() -> plan(guests, 101, action, "snapname", "a/../../102"))
                        .isInstanceOf(RefusedException.class);
                assertThatThrownBy(() -> plan(guests, 101, action))
                        .isInstanceOf(RefusedException.class);
            }
            assertThat(plan(guests, 101, GuestAction.ROLLBACK, "snapname", "a-1").call().path())
                    .isEqualTo("/nodes/pve1/qemu/101/snapshot/a-1/rollback");
        }
    }

    @Test
    void aBackupNamesTheGuestAndARestoreTakesItsPlace() throws Exception {
        try (FakeProxmox fake =
                FakeProxmox.start(9).node("pve1").vm(101, "web-01").ct(200, "dns-01")) {
            Guests guests = guests(fake);
            String archive = "local:backup/vzdump-lxc-200-2026_11_30-02_00_00.tar.zst";

            assertThat(plan(guests, 101, GuestAction.BACKUP, "storage", "local").call())
                    .isEqualTo(
                            GuestCall.post(
                                    "/nodes/pve1/vzdump",
                                    Map.of("storage", "local", "vmid", "101")));
            assertThat(plan(guests, 200, GuestAction.RESTORE, "archive", archive).call())
                    .isEqualTo(
                            GuestCall.post(
                                    "/nodes/pve1/lxc",
                                    Map.of(
                                            "vmid",
                                            "200",
                                            "ostemplate",
                                            archive,
                                            "restore",
                                            "1",
                                            "force",
                                            "1")));
            assertThat(
                            plan(
                                            guests,
                                            300,
                                            GuestAction.RESTORE,
                                            "archive",
                                            archive,
                                            "node",
                                            "pve1")
                                    .call()
                                    .parameters())
                    .doesNotContainKey("force")
                    .containsEntry("vmid", "300");
            assertThatThrownBy(() ->
                            plan(
                                    guests,
                                    300,
                                    GuestAction.RESTORE,
                                    "archive",
                                    "local:backup/x",
                                    "node",
                                    "pve1"))
                    .hasMessageContaining("does not say whether");
        }
    }

    @Test
    void twoWhoMakeAGuestAtOnceGetDifferentIds() throws Exception {
        try (FakeProxmox fake = FakeProxmox.start(9).node("pve1").vm(100, "first");
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Guests guests = guests(fake);
            List<Future<Begun>> both = new ArrayList<>();
            for (String name : List.of("a", "b")) {
                Plan plan =
                        guests.create(
                                "lab", GuestKind.VM, "pve1", Map.of("name", name, "memory", "512"));
                both.add(threads.submit(() -> guests.run(plan)));
            }

            Set<Integer> ids = new TreeSet<>();
            for (Future<Begun> each : both) {
                ids.add(each.get().vmid().getAsInt());
            }

            assertThat(ids).containsExactly(101, 102);
            Eventually.await(() -> assertThat(fake.guests()).containsExactly(100, 101, 102));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9})
    void aTokenIsToldWhatItLacksAndHowItGetsIt(int version) throws Exception {
        try (FakeProxmox fake = FakeProxmox.start(version).node("pve1")) {
            TokenPrivileges root = guests(fake).privileges("lab");
            assertThat(root.toRead()).isEmpty();
            assertThat(root.toChange()).isEmpty();
            assertThat(root.grant()).isEmpty();

            String token = fake.tokenWith("reader@pve!ci", "VM.Audit", "Sys.Audit", "VM.Backup");
            TokenPrivileges reader = guests(fake, token).privileges("lab");

            assertThat(reader.toRead()).containsExactly("Datastore.Audit");
            assertThat(reader.toChange())
                    .contains("VM.PowerMgmt", "VM.Migrate", "SDN.Use")
                    .doesNotContain("VM.Backup");
            assertThat(reader.grant())
                    .contains("--privs Datastore.Audit,VM.PowerMgmt,")
                    .contains("pveum acl modify / --users reader@pve --tokens 'reader@pve!ci'");
        }
    }

    @Test
    void aTaskIsNamedByAnIdAndNothingElse() throws Exception {
        try (FakeProxmox fake = FakeProxmox.start(9).node("pve1")) {
            Tasks tasks = tasks(guests(fake));

            assertThatThrownBy(() -> tasks.look("lab", "UPID:../../x"))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("is no id of a task");
            assertThatThrownBy(() -> tasks.log("nowhere", "x", 0))
                    .isInstanceOf(RefusedException.class);
        }
    }
}
