package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.client.output.Terminal;
import dev.culvert.testing.Eventually;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The verbs of a workspace, before a scripted inventory. */
@Timeout(60)
class WorkspaceTest {
    @TempDir Path folder;

    private ScriptedInventory inventory;
    private Path root;

    @BeforeEach
    void start() throws IOException {
        inventory = new ScriptedInventory();
        inventory.put(
                9000,
                "vm",
                "debian",
                "stopped",
                "cores",
                1,
                "memory",
                "1024",
                "scsi0",
                "local-lvm:base-9000-disk-0,size=4G",
                "net0",
                "virtio=BC:24:11:AA:BB:CC,bridge=vmbr0,firewall=1");
        root = folder.resolve("lab");
        ok("init", root.toString(), "--yes", "--node", "pve1", "--no-git");
    }

    @AfterEach
    void stop() {
        inventory.close();
    }

    private User user() {
        return new User(folder)
                .with("CULVERT_URL", inventory.url())
                .with("HOME", folder.toString());
    }

    /** A verb of the workspace. */
    private CommandRun run(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--project", root.toString()));
        return user().run(all.toArray(String[]::new));
    }

    private CommandRun ok(String... words) {
        CommandRun run = words[0].equals("init") ? user().run(words) : run(words);
        assertThat(run.code()).as(String.join(" ", words) + ": " + run.err()).isZero();
        return run;
    }

    private Path guest(String name, String text) throws IOException {
        return Files.writeString(root.resolve("infra/guests").resolve(name + ".json"), text);
    }

    private String plan() {
        return ok("plan", "-o", "name").out().strip();
    }

    @Test
    void initMakesAFolderThatIsFoundAgainFromBelow() throws IOException {
        assertThat(root.resolve("culvert.jsonc")).exists();
        assertThat(Value.parse(Files.readString(root.resolve("infra/workspace.json"))).json())
                .isEqualTo("{\"name\":\"lab\",\"server\":\"lab\",\"node\":\"pve1\"}");
        assertThat(root.resolve(".culvert/.gitignore")).content().contains("/state.json");
        Path below = Files.createDirectories(root.resolve("infra/guests/deep"));

        CommandRun found = user().run("validate", "--offline", "--project", below.toString());
        assertThat(found.code()).as(found.err()).isZero();
        CommandRun nowhere = user().run("validate", "--project", folder.toString());
        assertThat(nowhere.code()).isEqualTo(2);
        assertThat(nowhere.err()).contains("is in no workspace: culvert init makes one");
        CommandRun policy = user().run("policy", "test", root.resolve("culvert.jsonc").toString());
        assertThat(policy.code()).as(policy.err()).isZero();
    }

    @Test
    void initLeavesWhatIsThereAndAsksAPerson() throws IOException {
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.writeString(other.resolve("culvert.jsonc"), "{\"default\": \"ask\"}");

        CommandRun dry = user().run("init", other.toString(), "--yes", "--dry-run");
        assertThat(dry.err()).contains("would write infra/workspace.json");
        assertThat(other.resolve("infra")).doesNotExist();
        CommandRun asked =
                user().at(new Terminal(false, true, 80))
                        .typing("prod\n\npve2\ngithub\n")
                        .run("init", other.toString(), "--no-git");

        assertThat(asked.code()).as(asked.err()).isZero();
        assertThat(asked.err())
                .contains(
                        "Name of the workspace [other]: ",
                        "as the daemon calls it [lab]: ",
                        "Pipeline for (github, gitlab, none) [none]: ");
        assertThat(other.resolve("infra/workspace.json"))
                .content()
                .contains("\"prod\"", "\"lab\"", "\"pve2\"");
        assertThat(other.resolve("culvert.jsonc")).hasContent("{\"default\": \"ask\"}");
        assertThat(other.resolve(".github/workflows/infrastructure.yml"))
                .content()
                .contains("culvert validate --offline", "culvert apply \"$DIGEST\"");
    }

    @Test
    void createWritesWhatIsValidAndFindsAFreeNumber() throws IOException {
        inventory.put(100, "vm", "a", "running");
        String[] web = {
            "create",
            "vm",
            "--name",
            "web-01",
            "--clone",
            "9000",
            "--cpus",
            "2",
            "--memory",
            "2GiB",
            "--disk",
            "local-lvm:8GiB",
            "--net",
            "vmbr0,vlan=10",
            "--tag",
            "web",
            "--agent",
            "--start"
        };

        CommandRun run = ok(web);

        assertThat(run.err()).contains("infra/guests/web-01.json says what lab/101 web-01");
        assertThat(Value.parse(Files.readString(root.resolve("infra/guests/web-01.json"))).json())
                .isEqualTo(
                        "{\"name\":\"web-01\",\"kind\":\"vm\",\"server\":\"lab\",\"node\":\"pve1\","
                                + "\"vmid\":101,\"clone\":9000,\"cpus\":2,\"memory\":\"2GiB\","
                                + "\"disks\":[{\"slot\":\"scsi0\",\"storage\":\"local-lvm\",\"size\":\"8GiB\"}],"
                                + "\"network\":[{\"bridge\":\"vmbr0\",\"vlan\":10}],\"tags\":[\"web\"],"
                                + "\"agent\":{\"cid\":101},\"start\":true}");
        assertThat(ok("validate").err()).contains("1 guest, no mistakes");
        assertThat(run(web).code()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "create vm --clone 9000 | --name",
                "create vm --name web-01 | --disk STORAGE:SIZE",
                "create vm --name we_b --clone 9000 --vmid 101 | name is \"we_b\"",
                "create vm --name a --clone 9000 --vmid 7 | vmid is 7: it must be from 100",
                "create vm --name a --disk local-lvm --vmid 101 | it takes STORAGE:SIZE",
                "create vm --name a --disk local-lvm:8MiB --vmid 101 | whole GiB",
                "create vm --name a --clone 9000 --memory much --vmid 101 | a size such as 2GiB",
                "create vm --name a --clone 9000 --net vmbr0,vlna=1 --vmid 101 | after the bridge",
                "create vm --name a --clone 9000 --tag Web --vmid 101 | small letters",
                "create vm --name a --clone 9000 --needs b --vmid 101 | no guest here has that"
                        + " name",
                "create ct --name a --vmid 101 | --template VOLUME",
                "create vm --name a --clone 9000 --cid 1 --vmid 101 | agent.cid is 1"
            })
    void createRefusesWhatIsBadOrMissing(String line, String why) {
        CommandRun run = run(line.strip().split(" "));

        assertThat(run.code()).as(run.err()).isEqualTo(2);
        assertThat(run.err()).contains(why);
        assertThat(root.resolve("infra/guests/a.json")).doesNotExist();
    }

    @Test
    void validateTellsEveryMistakeWithItsPlace() throws IOException {
        guest(
                "a",
                """
                {
                  "name": "a",
                  "kind": "vn",
                  "vmid": 101,
                  "memroy": "1GiB"
                }
                """);
        guest("b", "{\"name\": \"b\", \"kind\": \"vm\", \"vmid\": 102,\n \"needs\": [\"w\"]}");
        guest("c", "{\"name\": \"b\", \"kind\": \"vm\",\n \"vmid\": 102}");
        guest("d", "{\"name\": \"d\"\n \"kind\": \"vm\"}");

        CommandRun run = run("validate", "--offline");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .contains(
                        "infra/guests/a.json:3:3: kind is \"vn\": it must be one of vm, ct; did you"
                                + " mean vm?",
                        "infra/guests/a.json:5:3: unknown key 'memroy': did you mean 'memory'?",
                        "infra/guests/c.json:1:2: name is \"b\", as in infra/guests/b.json:1:2",
                        "infra/guests/c.json:2:2: vmid is \"lab/102\", as in"
                                + " infra/guests/b.json:1:29",
                        "infra/guests/d.json:2:");
        Value json = Value.parse(run("validate", "--offline", "-o", "json").out());
        assertThat(json.at("mistakes").list()).hasSize(5);
        assertThat(run("plan").code()).isEqualTo(2);
    }

    @Test
    void validateAsksWhetherItFitsWhatIsThere() throws IOException {
        inventory.put(
                101, "vm", "other", "running", "args", "-device vhost-vsock-pci,guest-cid=77");
        guest("a", "{\"name\": \"a\", \"kind\": \"vm\", \"vmid\": 101}");
        guest("b", "{\"name\": \"b\", \"kind\": \"vm\", \"vmid\": 102, \"node\": \"pve3\"}");
        guest("c", "{\"name\": \"c\", \"kind\": \"vm\", \"vmid\": 103, \"server\": \"lba\"}");
        guest(
                "d",
                "{\"name\": \"d\", \"kind\": \"vm\", \"vmid\": 104, \"cpus\": 9, \"memory\":"
                        + " \"17GiB\", \"agent\": {\"cid\": 77}, \"disks\": [{\"slot\": \"scsi0\","
                        + " \"storage\": \"local-lvm\", \"size\": \"81GiB\"}, {\"slot\": \"scsi1\","
                        + " \"storage\": \"local-lwm\", \"size\": \"1GiB\"}]}");

        CommandRun run = run("validate");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .contains(
                        "vmid 101 of lab is the vm other already: the next free number is 100",
                        "node has \"pve3\", which is none of [pve1, pve2]; did you mean pve1?",
                        "server has \"lba\", which is none of [lab]; did you mean lab?",
                        "cpus is 9, and the node pve1 has 8",
                        "those on the node pve1 have 17GiB of memory, and it has 16GiB",
                        "new disks take 81GiB of local-lvm, which has 80GiB left",
                        "disks has \"local-lwm\", which is none of [local-lvm]; did you mean"
                                + " local-lvm?",
                        "agent.cid 77 is that of lab/101 other already");
    }

    /** Of 80 GiB that are left, the second clone of 50 takes too many. */
    @Test
    void validateCountsTheDisksThatClonesGet() throws IOException {
        inventory.put(9100, "vm", "big", "stopped", "scsi0", "local-lvm:disk-0,size=50G");
        guest("a", "{\"name\": \"a\", \"kind\": \"vm\", \"vmid\": 101, \"clone\": 9100}");
        assertThat(run("validate").code()).isZero();
        guest("b", "{\"name\": \"b\", \"kind\": \"vm\", \"vmid\": 102, \"clone\": 9100}");

        assertThat(run("validate").err())
                .contains(
                        "b.json:1:42: with scsi0, new disks take 100GiB of local-lvm, which has"
                                + " 80GiB left");

        guest(
                "b",
                "{\"name\": \"b\", \"kind\": \"vm\", \"vmid\": 102, \"clone\": 9100, \"disks\":"
                        + " [{\"slot\": \"scsi0\", \"storage\": \"local-lvm\", \"size\":"
                        + " \"60GiB\"}]}");
        assertThat(run("validate").err()).contains("new disks take 110GiB of local-lvm");
        guest(
                "b",
                "{\"name\": \"b\", \"kind\": \"vm\", \"vmid\": 102, \"clone\": 9100, \"node\":"
                        + " \"pve2\"}");
        assertThat(run("validate").err())
                .contains(
                        "a clone of 9100 is made on its node pve1, because scsi0 is on local-lvm,"
                                + " which the nodes do not share: node is pve2");
    }

    @Test
    void aCircleOfNeedsIsTold() throws IOException {
        guest("a", "{\"name\": \"a\", \"kind\": \"vm\", \"vmid\": 101, \"needs\": [\"b\"]}");
        guest("b", "{\"name\": \"b\", \"kind\": \"vm\", \"vmid\": 102, \"needs\": [\"a\"]}");

        assertThat(run("validate", "--offline").err()).contains("in a circle: a → b → a");
    }

    @Test
    void planShowsWhatChangesAndApplyDoesJustThat() throws IOException {
        ok("create", "vm", "--name", "db", "--clone", "9000", "--vmid", "110", "--start");
        ok(
                "create",
                "vm",
                "--name",
                "web",
                "--clone",
                "9000",
                "--vmid",
                "111",
                "--cpus",
                "2",
                "--memory",
                "2GiB",
                "--disk",
                "local-lvm:8GiB",
                "--net",
                "vmbr0,vlan=10",
                "--needs",
                "db",
                "--start",
                "--tag",
                "web");

        CommandRun plan = ok("plan");

        assertThat(plan.out())
                .contains(
                        "+ lab/110 db (vm) create",
                        "+ lab/111 web (vm) create",
                        "    after db",
                        "2 to create, 0 to change, 0 to replace, 0 to destroy",
                        "digest ");
        assertThat(inventory.posted()).isEmpty();
        String digest = plan();
        assertThat(digest).matches("[0-9a-f]{64}").isEqualTo(plan());
        assertThat(plan.out()).contains(digest);
        CommandRun dry = run("apply", digest, "--dry-run");
        assertThat(dry.out()).contains("POST /api/v1/inventory/guests/lab/9000/clone");
        assertThat(inventory.posted()).isEmpty();

        CommandRun applied = ok("apply", digest.substring(0, 12));

        assertThat(inventory.posted())
                .containsExactly(
                        "clone 9000 {\"newid\":110,\"name\":\"db\",\"full\":1}",
                        "start 110 {}",
                        "clone 9000 {\"newid\":111,\"name\":\"web\",\"full\":1}",
                        "set 111 {\"cores\":2,\"memory\":2048,\"net0\":\"virtio=BC:24:11:AA:BB:CC,"
                                + "bridge=vmbr0,firewall=1,tag=10\",\"tags\":\"web\"}",
                        "resize 111 {\"disk\":\"scsi0\",\"size\":\"8G\"}",
                        "start 111 {}");
        assertThat(applied.err())
                .contains("✓ lab/110 db: clone 9000 (", "applied " + digest.substring(0, 12));
        assertThat(ok("diff").out()).isEqualTo("nothing to change\n");
        CommandRun again = run("apply", digest);
        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err()).contains("was applied already");
        try (var backups = Files.list(root.resolve(".culvert/backups"))) {
            assertThat(backups).hasSize(1);
        }
    }

    @Test
    void driftIsShownAndEnds() throws IOException {
        ok("create", "vm", "--name", "web", "--clone", "9000", "--memory", "1GiB", "--start");
        ok("apply", plan());
        inventory.set(100, "memory", "4096");
        inventory.set(100, "description", "not ours");
        inventory.state(100, "stopped");

        CommandRun diff = run("diff");

        assertThat(diff.code()).isEqualTo(1);
        assertThat(diff.out())
                .contains(
                        "~ lab/100 web (vm) change",
                        "    memory  4GiB → 1GiB",
                        "    start   false → true");
        ok("apply", plan());
        assertThat(inventory.config(100, "memory")).isEqualTo("1024");
        assertThat(inventory.stateOf(100)).isEqualTo("running");
        assertThat(run("diff", "-o", "json").out().strip()).isEqualTo("[]");
    }

    @Test
    void applyRefusesWhenSomethingHasChangedSinceThePlan() throws IOException {
        ok("create", "vm", "--name", "web", "--clone", "9000", "--vmid", "101");
        String digest = plan();
        inventory.set(9000, "memory", "2048");
        inventory.put(101, "vm", "faster", "running");

        CommandRun run = run("apply", digest);

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .contains(
                        "so nothing was done",
                        "lab/101: it was not there, and is now",
                        "lab/9000: memory was 1024 and is 2048");
        assertThat(inventory.posted()).isEmpty();
    }

    @Test
    void aPlanInAFileIsAppliedIfItIsTheOneWithTheDigest() throws IOException {
        ok("create", "vm", "--name", "web", "--clone", "9000", "--vmid", "101");
        Path file = folder.resolve("plan.json");
        String digest = ok("plan", "--out", file.toString(), "-o", "name").out().strip();

        assertThat(ok("plan", "--show", file.toString()).out()).contains("digest " + digest);
        assertThat(run("apply", "0".repeat(64), "--plan", file.toString()).err())
                .contains("has the plan " + digest);
        Path forged =
                Files.writeString(
                        folder.resolve("forged.json"),
                        Files.readString(file).replace("\"web\"", "\"wob\""));
        CommandRun refused = run("apply", "--plan", forged.toString());
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("was changed since it was made");
        assertThat(run("apply", "123456").code()).isEqualTo(2);
        assertThat(inventory.posted()).isEmpty();
        ok("apply", digest, "--plan", file.toString());
        assertThat(inventory.has(101)).isTrue();
    }

    @Test
    void aStepThatFailsStopsThePlanAndTheSameCommandGoesOnWithIt() {
        ok("create", "vm", "--name", "a", "--clone", "9000", "--vmid", "101", "--start");
        ok("create", "vm", "--name", "b", "--clone", "9000", "--vmid", "102", "--start");
        inventory.fail("start");
        String digest = plan();

        CommandRun failed = run("apply", digest);

        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.err())
                .contains(
                        "stopped at step 2 of 4 (start of lab/101, a): the task failed: no space"
                                + " left",
                        "culvert apply " + digest.substring(0, 12) + " goes on with this one");
        assertThat(inventory.has(102)).isFalse();
        CommandRun goes = ok("apply", digest);
        assertThat(goes.err()).contains("✓ lab/101 a: clone 9000 (before)");
        assertThat(inventory.posted().stream().filter(it -> it.startsWith("clone"))).hasSize(2);
        assertThat(ok("diff").out()).isEqualTo("nothing to change\n");
    }

    @Test
    void aGuestWhoseFileIsGoneIsDestroyedIfItIsOurs() throws IOException {
        inventory.put(300, "vm", "foreign", "running");
        ok("create", "vm", "--name", "a", "--clone", "9000", "--vmid", "101");
        ok(
                "create", "vm", "--name", "b", "--clone", "9000", "--vmid", "102", "--needs", "a",
                "--start");
        ok("apply", plan());
        Files.delete(root.resolve("infra/guests/a.json"));
        Files.delete(root.resolve("infra/guests/b.json"));

        CommandRun plan = ok("plan");
        assertThat(plan.out())
                .contains("- lab/102 b (vm) destroy", "disks  scsi0 of 4 GiB → gone")
                .containsSubsequence("- lab/102", "- lab/101", "after b");
        String digest = plan();
        CommandRun unsure = run("apply", digest);
        assertThat(unsure.code()).isEqualTo(2);
        assertThat(unsure.err()).contains("destroys lab/102 b, lab/101 a with their disks: --yes");
        inventory.posted().clear();
        ok("apply", digest, "--yes");

        assertThat(inventory.posted())
                .containsExactly(
                        "stop 102 {}", "destroy 102 {\"purge\":1}", "destroy 101 {\"purge\":1}");
        assertThat(inventory.has(300)).isTrue();
    }

    @Test
    void destroyWantsTheNameOfTheWorkspace() {
        ok("create", "vm", "--name", "a", "--clone", "9000", "--vmid", "101");
        ok("apply", plan());

        assertThat(run("destroy").code()).isEqualTo(2);
        assertThat(run("destroy", "--yes").code()).isEqualTo(2);
        assertThat(run("destroy", "--yes", "--name", "prod").code()).isEqualTo(2);
        assertThat(ok("destroy", "--dry-run").out()).contains("- lab/101 a (vm) destroy");
        CommandRun wrong =
                user().at(new Terminal(false, true, 80))
                        .typing("lba\n")
                        .run("destroy", "--project", root.toString());
        assertThat(wrong.err()).contains("that is not its name: nothing was done");
        assertThat(inventory.has(101)).isTrue();
        ok("destroy", "--yes", "--name", "lab");
        assertThat(inventory.has(101)).isFalse();
        assertThat(inventory.has(9000)).isTrue();
        assertThat(root.resolve("infra/guests/a.json")).exists();
    }

    @Test
    void whatTheApiRefusesToTokensIsToldToBeDoneByHand() throws IOException {
        inventory.put(101, "vm", "web", "running", "args", "-cpu host");
        guest(
                "web",
                "{\"name\": \"web\", \"kind\": \"vm\", \"vmid\": 101, \"agent\": {\"cid\": 101}}");

        CommandRun plan = ok("plan");

        assertThat(plan.out())
                .contains(
                        "agent.cid  101",
                        "qm set 101 --args '-cpu host -device vhost-vsock-pci,guest-cid=101'");
        ok("apply", plan());
        assertThat(inventory.posted()).isEmpty();
        inventory.set(101, "args", "-cpu host -device vhost-vsock-pci,guest-cid=101");
        assertThat(ok("diff").out()).isEqualTo("nothing to change\n");
    }

    @Test
    void whatNoPlanCanDoIsAMistakeOfTheFile() throws IOException {
        inventory.put(101, "vm", "web", "running", "scsi0", "local-lvm:vm-101-disk-0,size=8G");
        inventory.put(102, "vm", "other", "running");
        guest(
                "web",
                "{\"name\": \"web\", \"kind\": \"vm\", \"vmid\": 101,\n \"disks\": [{\"slot\":"
                        + " \"scsi0\", \"storage\": \"local-lvm\", \"size\": \"4GiB\"}]}");
        guest("x", "{\"name\": \"x\", \"kind\": \"vm\", \"vmid\": 102}");
        guest("y", "{\"name\": \"y\", \"kind\": \"vm\", \"vmid\": 103, \"clone\": 7777}");

        CommandRun run = run("plan");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err())
                .contains(
                        "infra/guests/web.json:2:2: scsi0 of web has 8GiB, and no disk can shrink"
                                + " to 4GiB",
                        "vmid 102 of lab is the vm other, which this workspace has not made",
                        "clone is 7777, and lab has no such guest");
    }

    @Test
    void aRunThatWasKilledGoesOnWhereItWas() throws Exception {
        ok("create", "vm", "--name", "a", "--clone", "9000", "--vmid", "101", "--start");
        String digest = plan();
        ok("create", "vm", "--name", "b", "--clone", "9000", "--vmid", "102");
        String other = plan();
        inventory.hold("clone");
        Process process =
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElseThrow(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                "dev.culvert.daemon.client.command.Main",
                                "apply",
                                digest,
                                "--url",
                                inventory.url(),
                                "--project",
                                root.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("out").toFile())
                        .start();
        Path journal = root.resolve(".culvert/runs").resolve(digest + ".jsonl");
        Eventually.await(() -> assertThat(journal).content().contains("\"what\":\"task\""));
        CommandRun second = run("apply", digest);
        assertThat(second.code()).isEqualTo(1);
        assertThat(second.err())
                .contains("another culvert applies the plan " + digest.substring(0, 6));
        CommandRun third = run("apply", other);
        assertThat(third.code()).isEqualTo(1);
        assertThat(third.err())
                .contains("another culvert applies the plan " + digest.substring(0, 6));
        process.destroyForcibly().waitFor();
        Files.writeString(journal, "{\"what\":\"do", StandardOpenOption.APPEND);
        inventory.release();

        CommandRun run = ok("apply", digest);

        assertThat(run.err()).contains("✓ lab/101 a: clone 9000", "✓ lab/101 a: start");
        Files.delete(root.resolve("infra/guests/b.json"));
        assertThat(inventory.posted().stream().filter(it -> it.startsWith("clone"))).hasSize(1);
        assertThat(ok("diff").out()).isEqualTo("nothing to change\n");
    }

    @Test
    void aServerThatIsAwayMakesNoPlan() {
        ok("create", "vm", "--name", "a", "--clone", "9000", "--vmid", "101");
        String digest = plan();
        inventory.away();

        for (String line : List.of("plan", "diff", "apply " + digest)) {
            CommandRun run = run(line.split(" ", -1));
            assertThat(run.code()).as(line).isEqualTo(1);
            assertThat(run.err()).contains("the server lab is away", "connection refused");
        }
        assertThat(inventory.posted()).isEmpty();
    }

    @Test
    void documentWritesTheInfrastructureAsMarkdown() throws IOException {
        ok("create", "vm", "--name", "db", "--clone", "9000", "--vmid", "101", "--memory", "1GiB");
        ok(
                "create",
                "vm",
                "--name",
                "web",
                "--clone",
                "9000",
                "--vmid",
                "102",
                "--net",
                "vmbr0,vlan=10",
                "--needs",
                "db",
                "--agent");
        inventory.put(101, "vm", "db", "running", "memory", "512");
        Path page = folder.resolve("page.md");

        ok("document", "--out", page.toString());

        assertThat(page)
                .content()
                .contains(
                        "# Infrastructure of lab",
                        "| pve1 | lab | online | 8 | 16GiB |",
                        "| lab/101 | db | vm | pve1 | running | – | 1GiB | – | – |",
                        "| lab/102 | web | vm | pve1 | not there | – | – | – | – |",
                        "| web | net0 | vmbr0 | 10 | – | 102 |",
                        "- web needs db",
                        "- lab/101 db: change memory",
                        "- lab/102 web: create");
        assertThat(ok("document").out()).isEqualTo(Files.readString(page));
    }

    @Test
    void aDaemonThatIsAwayIsThree() {
        ok("create", "vm", "--name", "a", "--clone", "9000", "--vmid", "101");
        String digest = plan();
        inventory.close();

        for (String line : List.of("plan", "diff", "validate", "apply " + digest)) {
            CommandRun run = run(line.split(" "));
            assertThat(run.code()).as(line + run.err()).isEqualTo(3);
        }
    }
}
