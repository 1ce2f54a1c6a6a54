package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.proxmox.fake.FakeProxmox;
import dev.culvert.testing.Eventually;
import dev.culvert.value.Value;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A daemon that follows a fake of Proxmox, over HTTP and by the command. */
@Timeout(60)
class InventoryOfTheDaemonTest {
    private static final String GUESTS = "/api/v1/inventory/guests";

    @TempDir Path folder;
    private final FakeProxmox pve = FakeProxmox.start(9);

    @BeforeEach
    void fill() {
        pve.node("pve1").vm(101, "web-01").set(101, "tags", "prod;web").running(101);
        pve.ct(200, "dns");
        pve.node("pve2").vm(102, "db-01");
    }

    @AfterEach
    void stop() {
        pve.close();
    }

    private TestDaemon start(String more) throws Exception {
        TestDaemon daemon =
                TestDaemon.start("{%s %s}".formatted(more, ProxmoxSetting.of("lab", pve, folder)));
        ProxmoxSetting.awaitPoll(daemon);
        return daemon;
    }

    private static Value ask(TestDaemon daemon, String path) throws Exception {
        HttpResponse<String> answer = daemon.get("/api/v1/inventory/" + path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Value.parse(answer.body());
    }

    @Test
    void listsServersNodesStoragesAndGuests() throws Exception {
        try (TestDaemon daemon = start("")) {
            Value server = ask(daemon, "servers").at("servers").list().getFirst();
            assertThat(server.text("name")).isEqualTo("lab");
            assertThat(server.text("version")).startsWith("9.");
            assertThat(server.text("quorate")).isEqualTo("true");
            assertThat(ask(daemon, "nodes").at("nodes").list())
                    .extracting(it -> it.text("name") + " " + it.text("state"))
                    .containsExactly("pve1 online", "pve2 online");
            assertThat(ask(daemon, "storages?node=pve2").at("storages").list())
                    .extracting(it -> it.text("name"))
                    .contains("local", "local-lvm");
            Value guest = ask(daemon, "guests?tag=web").at("guests").list().getFirst();
            assertThat(guest.text("id")).isEqualTo("lab/101");
            assertThat(guest.text("kind")).isEqualTo("vm");
            assertThat(guest.text("state")).isEqualTo("running");
            assertThat(guest.text("node")).isEqualTo("pve1");
            assertThat(guest.at("tags").list()).hasSize(2);
        }
    }

    @Test
    void narrowsAndPagesTheGuests() throws Exception {
        try (TestDaemon daemon = start("")) {
            assertThat(ids(daemon, "?kind=ct")).isEqualTo("lab/200");
            assertThat(ids(daemon, "?kind=vm&state=stopped")).isEqualTo("lab/102");
            assertThat(ids(daemon, "?node=pve2")).isEqualTo("lab/102");
            assertThat(ids(daemon, "?name=web-01&server=lab")).isEqualTo("lab/101");
            assertThat(ids(daemon, "?limit=2")).isEqualTo("lab/101 lab/102");
            assertThat(ids(daemon, "?limit=2&after=lab/102")).isEqualTo("lab/200");
            assertThat(daemon.get(GUESTS + "?kind=x").statusCode()).isEqualTo(400);
            HttpResponse<String> none = daemon.get(GUESTS + "?server=far");
            assertThat(none.statusCode()).isEqualTo(404);
            assertThat(none.body()).contains("the settings have lab");
        }
    }

    private static String ids(TestDaemon daemon, String query) throws Exception {
        return String.join(
                " ",
                ask(daemon, "guests" + query).at("guests").list().stream()
                        .map(it -> it.text("id"))
                        .toList());
    }

    @Test
    void showsAGuestAsItIsNowWithItsConfiguration() throws Exception {
        try (TestDaemon daemon = start("")) {
            pve.vm(103, "new").set(103, "cipassword", "hunter2").running(103);

            Value guest = ask(daemon, "guests/lab/103");

            assertThat(guest.text("live")).isEqualTo("true");
            assertThat(guest.text("state")).isEqualTo("running");
            assertThat(guest.at("config").text("name")).isEqualTo("new");
            assertThat(daemon.get(GUESTS + "/lab/103").body()).doesNotContain("hunter2");
            assertThat(daemon.get(GUESTS + "/lab/999").statusCode()).isEqualTo(404);
            assertThat(daemon.get(GUESTS + "/far/101").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void aGuestOfAServerThatIsAwayIsShownAsItWasSeenLast() throws Exception {
        try (TestDaemon daemon = start("")) {
            Eventually.await(() -> {
                pve.answerNext(503, "Service Unavailable");
                Value guest = unchecked(daemon, "guests/lab/101");
                assertThat(guest.text("live")).isEqualTo("false");
                assertThat(guest.text("error")).contains("503");
                assertThat(guest.text("name")).isEqualTo("web-01");
                assertThat(guest.at("config").text("name")).isEqualTo("web-01");
            });
        }
    }

    private static Value unchecked(TestDaemon daemon, String path) {
        try {
            return ask(daemon, path);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void tellsWhatHasChanged() throws Exception {
        try (TestDaemon daemon = start("")) {
            pve.running(102);

            Eventually.await(() -> {
                Value changes = unchecked(daemon, "guests/lab/102/history").at("changes");
                assertThat(changes.list()).hasSize(1);
                Value change = changes.list().getFirst();
                assertThat(change.text("what")).isEqualTo("state");
                assertThat(change.text("from")).isEqualTo("stopped");
                assertThat(change.text("to")).isEqualTo("running");
            });
            assertThat(ask(daemon, "history/lab").at("changes").list()).isNotEmpty();
            assertThat(daemon.get("/api/v1/inventory/history/lab?after=x").statusCode())
                    .isEqualTo(400);
        }
    }

    @Test
    void theAgentOfAMachineIsTheOneWithTheCidOfItsDevice() throws Exception {
        pve.set(101, "args", "-device vhost-vsock-pci,guest-cid=4101");
        try (TestDaemon daemon = start("\"agents\": [{\"id\": \"web\", \"cid\": 4101}],")) {
            Eventually.await(() -> {
                Value guest =
                        unchecked(daemon, "guests?name=web-01").at("guests").list().getFirst();
                assertThat(guest.text("agent")).isEqualTo("web");
                assertThat(guest.text("agent_state")).isNotEmpty();
            });
            assertThat(ask(daemon, "guests/lab/102").text("agent")).isEmpty();
        }
    }

    @Test
    void ofSeveralMachinesWithOneCidNoneIsTakenForTheAgents() throws Exception {
        pve.set(101, "args", "-device vhost-vsock-pci,guest-cid=4102");
        pve.set(102, "args", "-device vhost-vsock-pci,guest-cid=4102");
        try (TestDaemon daemon = start("\"agents\": [{\"id\": \"web\", \"cid\": 4102}],")) {
            assertThat(ask(daemon, "guests").at("guests").list())
                    .hasSize(3)
                    .allMatch(it -> it.text("agent").isEmpty());
            Value first = ask(daemon, "guests?name=web-01").at("guests").list().getFirst();
            assertThat(first.at("cid_also_of").json()).isEqualTo("[\"lab/102\"]");
            assertThat(ask(daemon, "guests/lab/102").at("cid_also_of").json())
                    .isEqualTo("[\"lab/101\"]");
            User user = new User(folder).with("CULVERT_URL", "http://127.0.0.1:" + daemon.port());
            assertThat(user.run("vm", "list").out()).contains("CID 4102 also of lab/101");
            assertThat(user.run("vm", "show", "web-01").out()).contains("CID 4102 also of lab/102");
        }
    }

    @Test
    void aTokenOfATenantSeesNothingOfIt() throws Exception {
        try (TestDaemon daemon = start("")) {
            String root = made(daemon, "", "\"roles\":[\"admin\"]");
            String acme = made(daemon, root, "\"tenant\":\"acme\",\"scopes\":[\"inventory\"]");
            String other = made(daemon, root, "\"scopes\":[\"agents:read\"]");
            String reader = made(daemon, root, "\"scopes\":[\"inventory\"]");

            for (String path : new String[] {"servers", "nodes", "guests", "guests/lab/101"}) {
                assertThat(status(daemon, path, acme)).as(path).isEqualTo(403);
                assertThat(status(daemon, path, other)).as(path).isEqualTo(403);
                assertThat(status(daemon, path, reader)).as(path).isEqualTo(200);
            }
        }
    }

    @Test
    void guestsAreChangedByWhoHasTheScopeForThemAndNoTenant() throws Exception {
        try (TestDaemon daemon = start("")) {
            String root = made(daemon, "", "\"roles\":[\"admin\"]");
            String of = made(daemon, root, "\"tenant\":\"acme\",\"scopes\":[\"guests\"]");
            String reader = made(daemon, root, "\"scopes\":[\"inventory\",\"admin\"]");
            String changer = made(daemon, root, "\"scopes\":[\"guests\"]");

            for (String path : List.of("/lab/102/start", "/lab/102/destroy", "/lab")) {
                assertThat(change(daemon, path, of).statusCode()).as(path).isEqualTo(403);
                HttpResponse<String> refused = change(daemon, path, reader);
                assertThat(refused.statusCode()).as(path).isEqualTo(403);
                assertThat(refused.body()).contains("use a token that has the scope guests");
            }
            assertThat(change(daemon, "/lab/102/start", changer).statusCode()).isEqualTo(202);
            assertThat(status(daemon, "guests", changer)).isEqualTo(403);
            HttpResponse<String> reload =
                    daemon.send(
                            "POST",
                            "/api/v1/admin/reload",
                            "",
                            "authorization",
                            "Bearer " + changer);
            assertThat(reload.statusCode()).isEqualTo(403);
        }
    }

    private static HttpResponse<String> change(TestDaemon daemon, String path, String token)
            throws Exception {
        return daemon.send("POST", GUESTS + path, "{}", "authorization", "Bearer " + token);
    }

    private static int status(TestDaemon daemon, String path, String token) throws Exception {
        return daemon.send(
                        "GET", "/api/v1/inventory/" + path, "", "authorization", "Bearer " + token)
                .statusCode();
    }

    private static String made(TestDaemon daemon, String by, String members) throws Exception {
        String body = "{\"name\":\"t%d\",%s}".formatted(members.length(), members);
        HttpResponse<String> made =
                by.isEmpty()
                        ? daemon.post("/api/v1/tokens", body)
                        : daemon.send(
                                "POST", "/api/v1/tokens", body, "authorization", "Bearer " + by);
        Matcher token = Pattern.compile("\"token\":\"([^\"]+)\"").matcher(made.body());
        assertThat(token.find()).as(made.body()).isTrue();
        return token.group(1);
    }

    @Test
    void theCommandShowsServersAndGuests() throws Exception {
        try (TestDaemon daemon = start("")) {
            User user = User.of(daemon);

            assertThat(user.run("inventory").out()).contains("lab").contains("ok");
            assertThat(user.run("vm", "list").out())
                    .contains("lab/101")
                    .contains("web-01")
                    .doesNotContain("dns");
            assertThat(user.run("ct").out()).contains("dns").doesNotContain("web-01");
            assertThat(user.run("vm", "list", "--state", "stopped", "-o", "name").out().strip())
                    .isEqualTo("lab/102");
            assertThat(user.run("vm", "show", "web-01").out()).contains("pve1");
            assertThat(user.run("ct", "show", "200").out()).contains("dns");
            assertThat(user.run("vm", "show", "999").code()).isEqualTo(5);
            CommandRun unknown = user.run("vm", "show", "nobody");
            assertThat(unknown.code()).isEqualTo(5);
            assertThat(unknown.err()).contains("culvert vm list");
        }
    }

    @Test
    void withoutAServerTheCommandSaysThatNoneIsSet() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            for (String verb : List.of("start", "show", "destroy")) {
                CommandRun run = User.of(daemon).run("vm", verb, "web-01");
                assertThat(run.code()).as(verb).isEqualTo(5);
                assertThat(run.err())
                        .contains("knows no server of Proxmox")
                        .contains("culvert reload");
            }
            CommandRun list = User.of(daemon).run("ct", "list");
            assertThat(list.code()).isZero();
            assertThat(list.err()).contains("knows no server of Proxmox");
        }
    }

    @Test
    void theHealthIsAlsoThatOfServersAndWhatTheyHave() throws Exception {
        try (TestDaemon daemon = start("")) {
            CommandRun health = User.of(daemon).run("health");
            assertThat(health.out()).doesNotContain("state_dir");
            assertThat(health.out())
                    .containsPattern("lab +ok +Proxmox 9\\.\\S+, answered in \\d+ ms")
                    .containsPattern("lab/pve1 +ok +answered in \\d+ ms")
                    .containsPattern("VMs +ok +2: 1 running, 1 stopped")
                    .containsPattern("containers +ok +1: 1 stopped")
                    .containsPattern("local on pve1 +ok +\\d+ % in use");
        }
    }

    /** Those of proxy-daemon/docs/proxmox.md, but for desired states: InfraTest has these. */
    @Test
    void theCommandsOfThePageWork() throws Exception {
        String page = Files.readString(Path.of("docs/proxmox.md"));
        try (TestDaemon daemon = start("")) {
            List<String> commands =
                    Pattern.compile("(?m)^culvert ([^#\\n]+)")
                            .matcher(page)
                            .results()
                            .map(it -> it.group(1).strip())
                            .filter(it -> !it.startsWith("infra "))
                            .toList();
            assertThat(commands).hasSizeGreaterThan(5);
            for (String command : commands) {
                CommandRun run = User.of(daemon).run(command.split(" ", -1));
                assertThat(run.code()).as(command + ": " + run.err()).isZero();
            }
        }
    }

    @Test
    void measuresServersAndGuests() throws Exception {
        try (TestDaemon daemon = start("")) {
            String metrics = daemon.get("/metrics").body();

            assertThat(metrics)
                    .contains("culvert_proxmox_servers 1.0")
                    .contains("culvert_proxmox_servers_up 1.0")
                    .contains("culvert_inventory_guests{state=\"running\"} 1.0")
                    .contains("culvert_inventory_poll_duration_seconds_count{outcome=\"ok\"}");
        }
    }

    @Test
    void aReloadAddsAndRemovesServers() throws Exception {
        try (TestDaemon daemon = start("")) {
            daemon.write("{}");
            assertThat(daemon.reload().statusCode()).isEqualTo(200);
            assertThat(ask(daemon, "servers").at("servers").list()).isEmpty();

            daemon.write("{%s}".formatted(ProxmoxSetting.of("again", pve, folder)));
            assertThat(daemon.reload().statusCode()).isEqualTo(200);
            ProxmoxSetting.awaitPoll(daemon);
            assertThat(ids(daemon, "?kind=ct")).isEqualTo("again/200");
        }
    }
}
