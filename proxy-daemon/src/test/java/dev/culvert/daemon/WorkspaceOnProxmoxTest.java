package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.proxmox.fake.FakeProxmox;
import dev.culvert.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A workspace, the daemon, and a Proxmox of its own description. */
@Timeout(120)
class WorkspaceOnProxmoxTest {
    @TempDir private Path folder;
    private final List<AutoCloseable> open = new ArrayList<>();
    private Path root = Path.of("");
    private User user = new User(Path.of(""));

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private FakeProxmox start(int version, int vms) throws Exception {
        return start(version, vms, "");
    }

    /**
     * @param more settings of the daemon
     */
    private FakeProxmox start(int version, int vms, String more) throws Exception {
        FakeProxmox pve = FakeProxmox.start(version).node("pve1");
        open.add(pve);
        for (int i = 0; i < vms; i++) {
            pve.vm(101 + i, "vm-" + (101 + i));
        }
        TestDaemon daemon =
                TestDaemon.start(
                        "{\"state_dir\": \"%s\", \"admin\": {\"listen\": [\"unix://%s\"]}, %s%s}"
                                .formatted(
                                        folder.resolve("state"),
                                        folder.resolve("admin.sock"),
                                        more,
                                        ProxmoxSetting.of("lab", pve, folder)));
        open.add(daemon);
        user = new User(folder).with("HOME", folder.toString());
        String last = "lab/" + (100 + vms);
        Eventually.await(
                () -> assertThat(user.run("vm", "list", "-o", "name").out()).contains(last));
        root = folder.resolve("lab");
        CommandRun init = user.run("init", root.toString(), "--yes", "--node", "pve1", "--no-git");
        assertThat(init.code()).as(init.err()).isZero();
        return pve;
    }

    private CommandRun run(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--project", root.toString()));
        return user.run(all.toArray(String[]::new));
    }

    private CommandRun ok(String... words) {
        CommandRun run = run(words);
        assertThat(run.code()).as(String.join(" ", words) + ": " + run.out() + run.err()).isZero();
        return run;
    }

    private String plan() {
        return ok("plan", "-o", "name").out().strip();
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9})
    void makesChangesAndDestroysGuests(int version) throws Exception {
        FakeProxmox pve = start(version, 1);
        ok(
                "create",
                "vm",
                "--name",
                "web",
                "--clone",
                "101",
                "--cpus",
                "2",
                "--memory",
                "1GiB",
                "--tag",
                "web",
                "--start");
        ok("create", "vm", "--name", "db", "--disk", "local-lvm:8GiB", "--net", "vmbr0,vlan=10");
        ok("validate");

        ok("apply", plan());

        assertThat(ok("diff").out()).isEqualTo("nothing to change\n");
        assertThat(pve.state(100)).isEqualTo("running");
        Path file = root.resolve("infra/guests/web.json");
        Files.writeString(file, Files.readString(file).replace("\"1GiB\"", "\"2GiB\""));
        ok("apply", plan());
        assertThat(ok("diff").out()).isEqualTo("nothing to change\n");
        ok("destroy", "--yes", "--name", "lab");
        assertThat(pve.guests()).hasSize(1);
    }

    /* Proxmox gives the id of a guest that was destroyed to the next one. */
    @Test
    void aGuestThatIsCalledOtherwiseByNowIsNotDestroyed() throws Exception {
        FakeProxmox pve = start(9, 1);
        ok("create", "vm", "--name", "db", "--disk", "local-lvm:8GiB");
        ok("apply", plan());
        pve.set(100, "name", "theirs");
        Files.delete(root.resolve("infra/guests/db.json"));

        assertThat(ok("diff").out()).isEqualTo("nothing to change\n");
        ok("destroy", "--yes", "--name", "lab");
        assertThat(pve.guests()).hasSize(2);

        pve.set(100, "name", "db");
        ok("destroy", "--yes", "--name", "lab");
        assertThat(pve.guests()).hasSize(1);
    }

    @Test
    void aTaskThatFailsStopsThePlanWithTheWordsOfProxmox() throws Exception {
        FakeProxmox pve = start(9, 1);
        ok("create", "vm", "--name", "web", "--clone", "101", "--start");
        pve.failNext("qmclone", "no space left on device");
        String digest = plan();

        CommandRun failed = run("apply", digest);

        assertThat(failed.code()).as(failed.err()).isEqualTo(1);
        assertThat(failed.err()).contains("stopped at step 1 of 2", "no space left on device");
        ok("apply", digest);
        assertThat(pve.state(100)).isEqualTo("running");
    }

    @Test
    void adoptsVmsAsTheyAre() throws Exception {
        FakeProxmox pve = start(9, 10);

        assertThat(ok("sync").err()).contains("adopted 10 guests");

        assertThat(ok("diff").out()).isEqualTo("nothing to change\n");
        ok("validate");
        pve.set(101, "memory", "4096");
        CommandRun drift = run("diff");
        assertThat(drift.code()).isEqualTo(1);
        assertThat(drift.out()).contains("~ lab/101 vm-101 (vm) change", "4GiB → ");
    }

    @Test
    void testTellsWhichGuestsAreNotAsTheyShouldBe() throws Exception {
        FakeProxmox pve = start(9, 2);
        ok("sync");
        Path results = folder.resolve("checks.xml");

        CommandRun good = ok("test", "--reach", "tcp://127.0.0.1:" + port(pve));
        assertThat(good.out())
                .contains("vm-101 is stopped", "vm-102 is stopped", "is reachable")
                .doesNotContain("failed");
        pve.running(101);
        Eventually.await(() -> {
            CommandRun bad =
                    run("test", "--reach", "tcp://127.0.0.1:1", "--junit", results.toString());
            assertThat(bad.code()).as(bad.err()).isEqualTo(1);
            assertThat(bad.out()).contains("it is running");
        });
        assertThat(results)
                .content()
                .contains(
                        "<testsuite name=\"lab\" tests=\"3\" failures=\"2\">",
                        "name=\"vm-101 is stopped\"><failure message=\"it is running\"/>",
                        "name=\"vm-102 is stopped\"/>");
    }

    @Test
    void testPingsTheAgentsOfGuests() throws Exception {
        ScriptedGuest agent = ScriptedGuest.start();
        open.add(agent);
        FakeProxmox pve =
                start(
                        9,
                        3,
                        "\"agents\": [{\"id\": \"vm-101\", \"address\": \"%s\"}], "
                                .formatted(agent.address()));
        pve.running(101, 102);
        for (int vmid : List.of(101, 102, 103)) {
            pve.set(vmid, "args", "-device vhost-vsock-pci,guest-cid=" + vmid);
        }
        ok("sync");
        Path results = folder.resolve("checks.xml");

        Eventually.await(() -> {
            CommandRun run = run("test", "--ping", "10s", "--junit", results.toString());
            assertThat(run.code()).as(run.err()).isEqualTo(1);
            assertThat(run.out())
                    .containsPattern("vm-101 is an agent that is ready +passed")
                    .containsPattern("vm-101 runs +passed")
                    .containsPattern("vm-102 runs +passed");
        });

        assertThat(results)
                .content()
                .contains(
                        "tests=\"7\" failures=\"2\"",
                        "name=\"vm-101 answers within 10000 ms\"/>",
                        "name=\"vm-102 is an agent that is ready\"><failure message=\"it is no agent: ",
                        "name=\"vm-102 answers within 10000 ms\"><failure",
                        "name=\"vm-103 is stopped\"/>");
        CommandRun late = run("test", "--ping", "0ms");
        assertThat(late.out()).containsPattern("vm-101 answers within 0 ms +failed +it took [0-9]");
        CommandRun wrong = run("test", "--ping", "soon");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).contains("--ping is 'soon': it takes a time such as 50ms or 1s");
    }

    private static String port(FakeProxmox pve) {
        return pve.url().replaceAll(".*:(\\d+).*", "$1");
    }
}
