package dev.culvert.daemon.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.InventorySettings;
import dev.culvert.daemon.config.ProxmoxSettings;
import dev.culvert.daemon.inventory.ServerStatus.State;
import dev.culvert.daemon.outgoing.OutgoingCalls;
import dev.culvert.daemon.outgoing.TrustedAuthorities;
import dev.culvert.daemon.proxmox.Fields;
import dev.culvert.daemon.proxmox.Proxmox;
import dev.culvert.daemon.proxmox.fake.FakeProxmox;
import dev.culvert.daemon.proxmox.fake.Request;
import dev.culvert.io.Workers;
import dev.culvert.settings.SecretSource;
import dev.culvert.testing.Eventually;
import dev.culvert.transport.EventLoops;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a fake of Proxmox, over TLS. */
@Timeout(30)
class InventoryTest {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    @TempDir Path directory;
    private final EventLoops loops = EventLoops.start(1, "inventory");
    private final Workers workers = new Workers("inventory", 4, 10);
    private final MemoryInventory store = new MemoryInventory();
    private final AtomicInteger failedTasks = new AtomicInteger();
    private FakeProxmox pve = FakeProxmox.start(9);
    private @Nullable Inventory open;

    @BeforeEach
    void fill() {
        pve.node("pve1").vm(101, "web-01").set(101, "tags", "prod;web").running(101);
        pve.ct(200, "dns");
        pve.node("pve2").vm(102, "db-01");
    }

    @AfterEach
    void stop() {
        if (open != null) {
            open.close();
        }
        workers.close();
        loops.close();
        pve.close();
    }

    private ProxmoxSettings settings(String name, FakeProxmox server, String token)
            throws Exception {
        int at = token.indexOf('=');
        Path secret = directory.resolve(name + ".secret");
        Files.writeString(secret, token.substring(at + 1));
        assertThat(secret.toFile().setReadable(false, false)).isTrue();
        assertThat(secret.toFile().setReadable(true, true)).isTrue();
        return new ProxmoxSettings(
                name,
                URI.create(server.url()),
                token.substring(0, at),
                new SecretSource.FromFile(secret),
                Set.of(server.fingerprint()),
                Optional.empty(),
                Duration.ofSeconds(10),
                1024 * 1024);
    }

    private Inventory start(ProxmoxSettings... servers) throws Exception {
        InventorySettings pace =
                new InventorySettings(PAUSE, PAUSE, Duration.ofDays(1), 1_000, 50, 1 << 18);
        Inventory inventory =
                new Inventory(
                        store,
                        workers,
                        loops.next(),
                        new Proxmox.Net(
                                new OutgoingCalls(loops.transport()),
                                new TrustedAuthorities(),
                                loops::next),
                        () -> pace,
                        new InventoryObserver() {
                            @Override
                            public void onPoll(boolean hasAnswered, Duration took) {}

                            @Override
                            public void onFailedTask() {
                                failedTasks.incrementAndGet();
                            }
                        });
        open = inventory;
        inventory.restore(List.of(servers));
        return inventory;
    }

    private Inventory start() throws Exception {
        return start(settings("lab", pve, pve.token()));
    }

    private static View view(Inventory inventory, String server) {
        return inventory.view(server).orElseThrow();
    }

    private static View polled(Inventory inventory) {
        return awaitState(inventory, State.OK);
    }

    /** What is seen with that state, which may be another one a moment later. */
    private static View awaitState(Inventory inventory, State state) {
        List<View> found = new ArrayList<>();
        until(() -> {
            View now = view(inventory, "lab");
            found.add(now);
            return now.status().state() == state;
        });
        return found.getLast();
    }

    private static void until(BooleanSupplier holds) {
        Eventually.await(() -> assertThat(holds.getAsBoolean()).isTrue());
    }

    private static Thing guest(View view, int vmid) {
        return Objects.requireNonNull(view.find(Kind.GUEST, Integer.toString(vmid)));
    }

    private static void await(Inventory inventory, int vmid, String state) {
        inventory.soon("lab");
        until(() -> {
            Thing guest = view(inventory, "lab").find(Kind.GUEST, Integer.toString(vmid));
            return guest != null && guest.state().equals(state);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9})
    void seesNodesGuestsStoragesAndTheVersion(int major) throws Exception {
        pve.close();
        pve = FakeProxmox.start(major);
        fill();

        View view = polled(start());

        assertThat(view.status().version()).startsWith(major + ".");
        assertThat(view.status().quorate()).isTrue();
        assertThat(view.all(Kind.NODE)).extracting(Thing::id).containsExactly("pve1", "pve2");
        assertThat(view.all(Kind.GUEST)).extracting(Thing::id).containsExactly("101", "102", "200");
        assertThat(guest(view, 101).state()).isEqualTo("running");
        assertThat(guest(view, 102).state()).isEqualTo("stopped");
        assertThat(guest(view, 200).isContainer()).isTrue();
        assertThat(view.all(Kind.STORAGE)).extracting(Thing::id).contains("pve1/local");
    }

    @Test
    void whatChangesIsHistoryAndTheFirstSightIsNot() throws Exception {
        Inventory inventory = start();
        polled(inventory);
        assertThat(inventory.changes("lab", null, 0, 10)).isEmpty();

        pve.set(101, "tags", "prod").vm(103, "new").remove(200).running(102);
        await(inventory, 102, "running");

        assertThat(inventory.changes("lab", null, 0, 10))
                .extracting(it -> it.change().subject() + " " + it.change().what())
                .contains(
                        "guest/102 state", "guest/101 tags", "guest/103 added", "guest/200 removed")
                .hasSize(4);
        assertThat(inventory.changes("lab", "guest/102", 0, 10).getFirst().change())
                .satisfies(it -> {
                    assertThat(it.from()).isEqualTo("stopped");
                    assertThat(it.to()).isEqualTo("running");
                });
    }

    @Test
    void aServerThatIsAwayIsShownAsItWasSeenLastAndComesBackByItself() throws Exception {
        Inventory inventory = start();
        View before = polled(inventory);

        pve.answerNext(503, "Service Unavailable");
        inventory.soon("lab");
        View away = awaitState(inventory, State.AWAY);
        assertThat(away.status().polled()).isNotNull();
        assertThat(away.status().error()).contains("503");
        assertThat(away.all(Kind.GUEST)).hasSameSizeAs(before.all(Kind.GUEST));
        assertThat(guest(away, 101).seen()).isEqualTo(guest(before, 101).seen());

        polled(inventory);
    }

    @Test
    void whatWasKnownIsThereAfterARestartWhileTheServerIsAway() throws Exception {
        FakeProxmox gone = FakeProxmox.start(9).node("pve1").vm(101, "web-01").running(101);
        ProxmoxSettings settings = settings("lab", gone, gone.token());
        Inventory first = start(settings);
        View before = polled(first);
        until(() -> !store.servers().isEmpty()); // it is shown before it is kept
        first.close();
        gone.close();

        Inventory second = start(settings);

        View view = view(second, "lab");
        assertThat(view.status().state()).isIn(State.UNKNOWN, State.AWAY);
        assertThat(view.status().version()).isEqualTo(before.status().version());
        assertThat(guest(view, 101).fields().text("name")).isEqualTo("web-01");
        assertThat(guest(view, 101).state()).isEqualTo("running");
        assertThat(guest(view, 101).seen()).isEqualTo(guest(before, 101).seen());
        awaitState(second, State.AWAY);
    }

    @Test
    void aServerThatHangsDelaysNobody() throws Exception {
        try (FakeProxmox slow = FakeProxmox.start(9).node("n1")) {
            slow.slow(Duration.ofSeconds(5));
            Inventory inventory =
                    start(settings("slow", slow, slow.token()), settings("lab", pve, pve.token()));

            polled(inventory);

            assertThat(view(inventory, "slow").status().state()).isEqualTo(State.UNKNOWN);
            slow.dropConnections();
        }
    }

    @Test
    void theCertificatesOfTheNodesAreLearntAndOutliveTheDaemon() throws Exception {
        View view = polled(start());

        assertThat(Poll.certificates(view)).contains(pve.fingerprint());
        Eventually.await(() ->
                assertThat(Poll.certificates(View.of(view.status(), store.things("lab"))))
                        .contains(pve.fingerprint()));
    }

    @Test
    void anotherCertificateIsARefusalThatShowsItsFingerprint() throws Exception {
        Inventory inventory = start();
        polled(inventory);

        pve.changeCertificate();
        inventory.soon("lab");

        View refused = awaitState(inventory, State.REFUSED);
        assertThat(refused.status().error()).contains(pve.fingerprint());
    }

    @Test
    void aTokenThatMayNotSeeEverythingIsToldWhatItLacks() throws Exception {
        String token = pve.tokenWith("culvert@pve!daemon", "VM.Audit");

        View view = polled(start(settings("lab", pve, token)));

        assertThat(view.all(Kind.GUEST)).hasSize(3);
        assertThat(view.status().quorate()).isNull();
        assertThat(view.status().notes())
                .contains("Sys.Audit")
                .contains("pveum acl modify / --users culvert@pve");
    }

    @Test
    void aTokenThatSeesNoGuestIsToldSoAlthoughProxmoxSaysNothing() throws Exception {
        String token = pve.tokenWith("culvert@pve!daemon", "Sys.Audit", "Datastore.Audit");

        View view = polled(start(settings("lab", pve, token)));

        assertThat(view.all(Kind.GUEST)).isEmpty();
        assertThat(view.status().notes())
                .contains("guests are not seen")
                .contains("pveum role modify Culvert --append 1 --privs VM.Audit")
                .doesNotContain("storages");
    }

    @Test
    void theVsockDeviceOfAMachineIsFoundInItsArguments() throws Exception {
        pve.set(101, "args", "-device vhost-vsock-pci,guest-cid=101");

        View view = polled(start());

        assertThat(view.guestsByCid()).containsOnlyKeys(101L);
        assertThat(view.guestsByCid().get(101L)).extracting(Thing::id).containsExactly("101");
    }

    @Test
    void configurationsAreReadAgainWhenTheirGuestChangesAndNotAtEachPoll() throws Exception {
        Inventory inventory = start();
        polled(inventory);
        pve.forgetRequests();

        pve.set(102, "args", "-device vhost-vsock-pci,guest-cid=7").running(102);
        await(inventory, 102, "running");

        until(() -> view(inventory, "lab").guestsByCid().containsKey(7L));
        assertThat(pve.requests().stream().filter(it -> it.path().endsWith("/config"))).hasSize(1);
        assertThat(inventory.changes("lab", "guest/102", 0, 10))
                .extracting(it -> it.change().what())
                .contains("config");
    }

    @Test
    void ofManyGuestsOnePollReadsFewConfigurationsAndTheNextOnesTheRest() throws Exception {
        int many = 2 * Configurations.MOST;
        for (int i = 0; i < many; i++) {
            pve.vm(1_000 + i, "vm-" + i);
        }

        Inventory inventory = start();

        until(() -> view(inventory, "lab").all(Kind.CONFIG).size() == many + 3);
        long polls = asked("/cluster/resources");
        assertThat(asked("/config"))
                .isEqualTo(many + 3L)
                .isLessThanOrEqualTo(polls * Configurations.MOST);
    }

    @Test
    void eachNodeSaysHowLongItTookAndHowItsClockIs() throws Exception {
        Inventory inventory = start();

        until(() -> !node(inventory, "pve1").textOr("took_ms", "").isEmpty());
        assertThat(node(inventory, "pve1").number("took_ms", -1)).isNotNegative();
        assertThat(node(inventory, "pve1").number("clock_ahead_seconds", 99)).isBetween(-5L, 5L);

        pve.away("pve1");

        until(() -> node(inventory, "pve1").textOr("took_ms", "").isEmpty());
    }

    private static Fields node(Inventory inventory, String name) {
        return view(inventory, "lab").all(Kind.NODE).stream()
                .filter(it -> it.id().equals(name))
                .map(Thing::fields)
                .findAny()
                .orElse(Fields.NONE);
    }

    private long asked(String end) {
        return pve.requests().stream().filter(it -> it.path().endsWith(end)).count();
    }

    @Test
    void aServerThatLeavesTheSettingsIsForgotten() throws Exception {
        Inventory inventory = start();
        polled(inventory);

        inventory.use(List.of());

        assertThat(inventory.views()).isEmpty();
        until(() -> store.servers().isEmpty());
    }

    @Test
    void secretsOfAConfigurationAreNotKept() throws Exception {
        String config =
                "{\"cipassword\":\"hunter2\",\"sshkeys\":\"%s\",\"args\":\"-device x,guest-cid=12\"}"
                        .formatted("k".repeat(200));

        Fields shown = GuestConfig.shown(Fields.read(config));

        assertThat(shown.json()).doesNotContain("hunter2").doesNotContain("k".repeat(41));
        assertThat(GuestConfig.cid(shown)).isEqualTo(12);
        assertThat(GuestConfig.difference(shown, shown)).isEmpty();
    }

    /** A guest as it is now, with a view that does not know it. */
    private static GuestLook look(Inventory inventory, View before, int vmid) throws Exception {
        GuestLook look =
                GuestLook.at(
                        Objects.requireNonNull(inventory.server("lab")),
                        before,
                        Integer.toString(vmid));
        return Objects.requireNonNull(look);
    }

    @Test
    void aLookIsOfNowAlsoWhereTheLastPollWasBefore() throws Exception {
        pve.set(101, "tags", "old").lock(101, "backup").running(101);
        Inventory inventory = start();
        View before = polled(inventory);
        pve.unset(101, "tags").unlock(101).set(101, "name", "renamed").stopped(101);

        GuestLook now = look(inventory, before, 101);

        assertThat(now.isOfNow()).isTrue();
        assertThat(now.trouble()).isNull();
        assertThat(now.guest().state()).isEqualTo("stopped");
        assertThat(now.guest().fields().text("name")).isEqualTo("renamed");
        assertThat(now.guest().fields().has("tags")).isFalse();
        assertThat(now.guest().fields().has("lock")).isFalse();
        assertThat(now.guest().fields().text("node")).isEqualTo("pve1");
    }

    @Test
    void aLookFindsAGuestThatHasMovedOrIsNewAndNoneThatIsGone() throws Exception {
        Inventory inventory = start();
        View before = polled(inventory);
        pve.node("pve9").move(101, "pve9").vm(777, "new");

        assertThat(look(inventory, before, 101).guest().fields().text("node")).isEqualTo("pve9");
        assertThat(look(inventory, before, 777).guest().fields().text("name")).isEqualTo("new");
        pve.remove(101);
        assertThat(GuestLook.at(Objects.requireNonNull(inventory.server("lab")), before, "101"))
                .isNull();
    }

    @Test
    void aLookAsksNobodyForTheListOfTheWholeCluster() throws Exception {
        Inventory inventory = start();
        View before = polled(inventory);
        inventory.close();

        until(() -> { // the last poll may still run
            pve.forgetRequests();
            lookQuietly(inventory, before);
            return pve.requests().stream()
                    .map(Request::path)
                    .toList()
                    .equals(
                            List.of(
                                    "/nodes/pve1/qemu/101/status/current",
                                    "/nodes/pve1/qemu/101/config",
                                    "/nodes/pve1/qemu/101/snapshot"));
        });
    }

    private static void lookQuietly(Inventory inventory, View before) {
        try {
            look(inventory, before, 101);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
