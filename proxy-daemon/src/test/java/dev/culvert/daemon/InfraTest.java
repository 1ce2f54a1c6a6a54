package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.proxmox.fake.FakeProxmox;
import dev.culvert.testing.Eventually;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Desired states that the daemon keeps, and a Proxmox that becomes what they want
 * (proxy-daemon/docs/proxmox.md).
 */
@Timeout(60)
class InfraTest {
    private static final String WEB =
            """
            {
              "server": "lab", "node": "pve1", // of all
              "guests": [
                {"name": "web", "kind": "vm", "vmid": 110, "clone": 101, "cpus": 2, "start": true},
                {"name": "db", "kind": "vm", "vmid": 111, "clone": 101, "needs": ["web"]}
              ]
            }
            """;

    @TempDir private Path folder;
    private final List<AutoCloseable> open = new ArrayList<>();
    private User user = new User(Path.of(""));
    private FakeProxmox pve = FakeProxmox.start(9);

    @BeforeEach
    void start() throws Exception {
        open.add(pve);
        pve.node("pve1").vm(101, "base").taskTime(Duration.ofMillis(20));
        daemon();
        user = new User(folder).with("HOME", folder.toString());
        Eventually.await(
                () -> assertThat(user.run("vm", "list", "-o", "name").out()).contains("lab/101"));
    }

    private TestDaemon daemon() throws Exception {
        TestDaemon daemon =
                TestDaemon.start(
                        "{\"state_dir\": \"%s\", \"admin\": {\"listen\": [\"unix://%s\"]}, %s}"
                                .formatted(
                                        folder.resolve("state"),
                                        folder.resolve("admin.sock"),
                                        ProxmoxSetting.of("lab", pve, folder)
                                                .replace(
                                                        "\"inventory\": {",
                                                        "\"inventory\": {\"max_states\": 2, ")));
        open.add(daemon);
        return daemon;
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private CommandRun ok(String... words) {
        CommandRun run = user.run(words);
        assertThat(run.code()).as(String.join(" ", words) + ": " + run.out() + run.err()).isZero();
        return run;
    }

    private String file(String text) throws IOException {
        return Files.writeString(folder.resolve("state.jsonc"), text).toString();
    }

    private String digest() {
        return ok("infra", "plan", "lab", "-o", "name").out().strip();
    }

    @Test
    void appliesThePlanOfADigestAndDestroysWhatIsNoLongerWanted() throws Exception {
        ok("infra", "put", "lab", file(WEB));
        assertThat(ok("infra", "plan", "lab").out())
                .contains("+ lab/110 web (vm) create", "+ lab/111 db", "after web", "digest ");

        CommandRun applied = ok("infra", "apply", "lab", digest());

        assertThat(applied.out()).contains("step-1", "done");
        assertThat(pve.state(110)).isEqualTo("running");
        assertThat(pve.config(110)).containsEntry("cores", "2");
        assertThat(ok("infra", "plan", "lab").out()).isEqualTo("nothing to change\n");
        ok("infra", "put", "lab", file("{\"guests\": []}"));
        ok("infra", "apply", "lab", digest());
        assertThat(pve.guests()).containsExactly(101);
    }

    @Test
    void refusesADigestOnceWhatIsThereHasChanged() throws Exception {
        ok("infra", "put", "lab", file(WEB));
        String digest = digest();
        pve.set(101, "memory", "4096");

        CommandRun refused = user.run("infra", "apply", "lab", digest);

        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("is not the one of now", "Nothing was done");
        assertThat(pve.guests()).containsExactly(101);
    }

    @Test
    void aStepThatFailsEndsTheRunAndTheNextPlanGoesOn() throws Exception {
        ok("infra", "put", "lab", file(WEB));
        pve.failNext("qmstart", "no space left on device");

        CommandRun failed = user.run("infra", "apply", "lab", digest());

        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.out()).contains("no space left on device");
        ok("infra", "apply", "lab", digest());
        assertThat(pve.state(110)).isEqualTo("running");
        assertThat(pve.guests()).containsExactly(101, 110, 111);
    }

    @Test
    void oneRunAtATimeAppliesAState() throws Exception {
        ok("infra", "put", "lab", file(WEB));
        pve.holdTasks();
        String run =
                Value.parse(ok("infra", "apply", "lab", digest(), "--no-wait", "-o", "json").out())
                        .text("run");

        CommandRun second = user.run("infra", "apply", "lab", "000000");

        assertThat(second.err()).contains("The run " + run + " applies a plan of 'lab' now");
        Value problem =
                Value.parse(
                        ((TestDaemon) open.getLast())
                                .post("/api/v1/infra/lab/apply", "{\"digest\": \"000000\"}")
                                .body());
        assertThat(problem.text("code")).isEqualTo("applying");
        assertThat(problem.text("run")).isEqualTo(run);
        pve.finishTasks();
        Eventually.await(() ->
                assertThat(ok("infra", "plan", "lab").out()).isEqualTo("nothing to change\n"));
    }

    @Test
    void aDaemonThatStartsAgainGoesOnWithTheTaskThatRan() throws Exception {
        ok("infra", "put", "lab", file(WEB));
        pve.holdTasks();
        ok("infra", "apply", "lab", digest(), "--no-wait");
        Eventually.await(() -> assertThat(pve.runningTasks()).isEqualTo(1));
        open.removeLast().close();

        daemon();

        pve.finishTasks();
        Eventually.await(() ->
                assertThat(ok("infra", "plan", "lab").out()).isEqualTo("nothing to change\n"));
        assertThat(pve.requests().stream().filter(it -> it.toString().contains("newid=110")))
                .hasSize(1);
    }

    @Test
    void saysWhatIsWrongByLineAndColumn() throws Exception {
        CommandRun wrong =
                user.run(
                        "infra",
                        "validate",
                        "lab",
                        file(WEB.replace("\"pve1\"", "\"pve7\"").replace("[\"web\"]", "[\"wb\"]")));

        assertThat(wrong.code()).isEqualTo(1);
        assertThat(wrong.err()).contains("state.jsonc:5:", "did you mean web?");
        CommandRun unknown =
                user.run("infra", "validate", "lab", file(WEB.replace("\"pve1\"", "\"pve7\"")));
        assertThat(unknown.err()).contains("node has \"pve7\"");
        CommandRun refused = user.run("infra", "put", "lab", file("{\"guests\": [{}]}"));
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("The desired state cannot be made");
    }

    @Test
    void applyInAWorkspaceBringsItsStateUnlessSomebodyChangedIt() throws Exception {
        String project = folder.resolve("lab").toString();
        ok("init", project, "--yes", "--node", "pve1", "--no-git");
        ok("create", "vm", "--name", "web", "--clone", "101", "--project", project);

        ok("apply", workspacePlan(project), "--project", project);

        assertThat(ok("infra", "show", "lab").out()).contains("\"name\": \"web\"");
        assertThat(ok("infra", "plan", "lab").out()).isEqualTo("nothing to change\n");
        ok("create", "vm", "--name", "db", "--clone", "101", "--project", project);
        ok("infra", "put", "lab", file("{\"guests\": []}"));
        assertThat(ok("apply", workspacePlan(project), "--project", project).err())
                .contains("the daemon keeps another state of that name");
        assertThat(pve.guests()).containsExactly(100, 101, 102);
    }

    private String workspacePlan(String project) {
        return ok("plan", "-o", "name", "--project", project).out().strip();
    }

    @Test
    void countsWhatDiffers() throws Exception {
        ok("infra", "put", "lab", file(WEB));
        Eventually.await(() ->
                assertThat(ok("infra", "list", "-o", "json").out())
                        .contains("\"create\": 2", "\"differing\": 2"));

        ok("infra", "apply", "lab", digest());

        Eventually.await(() ->
                assertThat(ok("infra", "list", "-o", "json").out()).contains("\"differing\": 0"));
    }

    @Test
    void keepsTextsOverARestartAndRefusesWhatIsOutdatedOrTooMuch() throws Exception {
        ok("infra", "put", "lab", file(WEB));
        ok("infra", "put", "other", file("{\"guests\": []}"));

        CommandRun outdated = user.run("infra", "put", "lab", file(WEB), "--revision", "7");

        assertThat(outdated.code()).isEqualTo(1);
        assertThat(outdated.err()).contains("has the revision 1");
        Value problem =
                Value.parse(
                        ((TestDaemon) open.getLast())
                                .put("/api/v1/infra/lab", "{\"text\": \"{}\", \"revision\": 7}")
                                .body());
        assertThat(problem.text("code")).isEqualTo("outdated");
        assertThat(problem.number(0, "revision")).isEqualTo(1);
        assertThat(problem.text("author")).contains("uid ");
        assertThat(problem.text("written")).startsWith("20");
        assertThat(user.run("infra", "put", "third", file(WEB)).err())
                .contains("inventory.max_states");
        open.removeLast().close();
        daemon();
        assertThat(ok("infra", "show", "lab").out()).isEqualTo(WEB);
        ok("infra", "rm", "other");
        assertThat(user.run("infra", "show", "other").code()).isEqualTo(5);
    }
}
