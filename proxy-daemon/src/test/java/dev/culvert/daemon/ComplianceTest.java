package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.proxmox.fake.FakeProxmox;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert report compliance} of a daemon with a server of Proxmox, and in a workspace. */
class ComplianceTest {
    private static final Path AUDIT =
            Path.of("../proxy-core/src/test/resources/dev/culvert/audit/audit.log");

    @TempDir Path folder;
    private final FakeProxmox pve =
            FakeProxmox.start(9).node("pve1").vm(101, "web-01").vm(102, "web-02").running(101);
    private TestDaemon daemon;
    private User user;
    private Path root;

    @BeforeEach
    void start() throws Exception {
        daemon =
                TestDaemon.start(
                        "{\"state_dir\": \"%s\", \"admin\": {\"listen\": [\"unix://%s\"]}, %s}"
                                .formatted(
                                        folder.resolve("state"),
                                        folder.resolve("admin.sock"),
                                        ProxmoxSetting.of("lab", pve, folder)));
        ProxmoxSetting.awaitPoll(daemon);
        user = new User(folder).with("HOME", folder.toString());
        root = folder.resolve("lab");
        assertThat(user.run("init", root.toString(), "--yes", "--node", "pve1", "--no-git").code())
                .isZero();
        assertThat(user.run("sync", "--project", root.toString()).code()).isZero();
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
        pve.close();
    }

    private CommandRun report(String... more) {
        List<String> words =
                new ArrayList<>(List.of("report", "compliance", "--project", root.toString()));
        words.addAll(List.of(more));
        return user.run(words.toArray(String[]::new));
    }

    private static Value found(Map<String, Value> findings, String name) {
        return findings.getOrDefault(name, Value.nothing());
    }

    /** The findings by check; declared ones by what they say. */
    private Map<String, Value> findings() throws IOException {
        Map<String, Value> findings = new LinkedHashMap<>();
        CommandRun run = report("-o", "json");
        for (Value each : value(run.out()).list()) {
            String check = each.text("check");
            findings.put(check.equals("declared") ? each.text("says") : check, each);
        }
        return findings;
    }

    private static Value value(String json) {
        try {
            return Value.parse(json);
        } catch (BadValueException e) {
            throw new IllegalStateException(json, e);
        }
    }

    private void declare(String json) throws IOException {
        Files.writeString(root.resolve("infra/compliance.json"), json);
    }

    @Test
    void aFleetWithoutFaultsIsCompliantInAWorkspaceAndOutsideOne() throws Exception {
        CommandRun inside = report();
        assertThat(inside.code()).as(inside.out() + inside.err()).isZero();
        assertThat(inside.err()).contains("compliant: 12 checks");
        assertThat(inside.out()).contains("workspace.drift", "servers.answer", "audit.daemon");

        CommandRun outside = user.run("report", "compliance", "-o", "json");
        assertThat(outside.code()).as(outside.err()).isZero();
        assertThat(value(outside.out()).list()).hasSize(10);
    }

    @Test
    void driftATokenWithoutAnEndAndAChangedLogDoNotPass() throws Exception {
        pve.set(101, "memory", "4096");
        assertThat(user.run("token", "create", "--name", "ci", "--role", "admin").code()).isZero();
        Path log = folder.resolve("state/audit/audit.log");
        Files.createDirectories(log.getParent());
        Files.writeString(
                log, Files.readString(AUDIT).replaceFirst("\"tool\":\"", "\"tool\":\"not "));
        Path junit = folder.resolve("c.xml");

        CommandRun run = report("--junit", junit.toString());

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .contains(
                        "workspace.drift: web-01 (lab/101): change",
                        "culvert diff",
                        "tokens.expire: ci has no end",
                        "tokens.admin: ci has no end",
                        "audit.daemon: line ",
                        "4 of 12 checks do not pass");
        assertThat(junit)
                .content()
                .contains(
                        "<testsuite name=\"compliance\" tests=\"12\" failures=\"4\" errors=\"0\"",
                        "tokens.expire: every token has an end\"><failure message=\"ci has no end");
        Value drift = findings().getOrDefault("workspace.drift", Value.nothing());
        assertThat(drift.text("result")).isEqualTo("failed");
        assertThat(drift.at("why").list()).hasSize(1);
        assertThat(drift.text("advice")).contains("culvert plan");
    }

    @Test
    void declaredChecksSelectDemandAndCount() throws Exception {
        Files.copy(AUDIT, root.resolve("infra/agent.log"));
        declare(
                """
                {
                  // as any file of settings, with comments
                  "skip": [{"check": "tokens.expire", "why": "rotated by hand"}],
                  "limits": {"storage_percent": 99},
                  "audit": [{"file": "agent.log"}, {"file": "gone.log"}],
                  "checks": [
                    {"name": "web VMs run", "of": "guests", "where": {"name": "web-*"}, "must": {"state": "running"},
                     "advice": "culvert vm start"},
                    {"name": "no VM is large", "of": "guests", "must": {"memory": "<= 64GiB"}},
                    {"name": "none is a template", "of": "guests", "must": {"template": "!true"}},
                    {"name": "two nodes", "of": "nodes", "where": {"state": "online"}, "count": ">= 2"}
                  ]
                }
                """);
        assertThat(user.run("token", "create", "--name", "ci", "--role", "admin").code()).isZero();

        Map<String, Value> findings = findings();
        assertThat(found(findings, "web VMs run").at("why").list())
                .extracting(Value::text)
                .containsExactly("web-02 (lab/102): state is stopped, not \"running\"");
        assertThat(found(findings, "web VMs run").text("advice")).isEqualTo("culvert vm start");
        assertThat(found(findings, "no VM is large").text("result")).isEqualTo("passed");
        assertThat(found(findings, "none is a template").text("result")).isEqualTo("passed");
        assertThat(found(findings, "two nodes").at("why").list())
                .extracting(Value::text)
                .containsExactly("there are 1, and there must be >= 2");
        assertThat(found(findings, "tokens.expire").text("result")).isEqualTo("skipped");
        assertThat(report("-o", "json").out())
                .contains("nobody has changed the audit log agent.log")
                .contains("it cannot be read");
        assertThat(report().code()).isEqualTo(1);
    }

    @Test
    void aWrongFileIsRefusedWithLineAndColumn() throws Exception {
        for (String[] wrong :
                new String[][] {
                    {"{\"chekcs\": []}", "checks"},
                    {
                        "{\"skip\": [{\"check\": \"tokens.expires\", \"why\": \"x\"}]}",
                        "tokens.expire"
                    },
                    {"{\"skip\": [{\"check\": \"tokens.expire\"}]}", "why"},
                    {"{\"checks\": [{\"name\": \"x\", \"of\": \"guests\"}]}", "must"},
                    {
                        "{\"checks\": [{\"name\": \"x\", \"of\": \"pets\", \"count\": \"> 1\"}]}",
                        "guests"
                    },
                    {"{\"checks\": [{\"name\": \"x\", \"count\": \"many\"}]}", ">= 2"},
                    {
                        "{\"checks\": [{\"name\": \"x\", \"must\": {\"memory\": \"<= much\"}}]}",
                        "16GiB"
                    },
                    {"{\"audit\": [{\"file\": \"x\", \"head\": \"1\"}]}", "NUMBER:HASH"}
                }) {
            declare(wrong[0]);
            CommandRun run = report();
            assertThat(run.code()).as(wrong[0] + run.out() + run.err()).isEqualTo(2);
            assertThat(run.err()).contains("compliance.json:1:", wrong[1]);
        }
    }

    @Test
    void whatNobodyMayLookAtDoesNotPass() throws Exception {
        assertThat(user.run("token", "create", "--name", "a", "--role", "admin").code()).isZero();
        String secret =
                value(
                                user.run(
                                                "token",
                                                "create",
                                                "--name",
                                                "reader",
                                                "--scope",
                                                "agents:read",
                                                "--expires",
                                                "1h",
                                                "-o",
                                                "json")
                                        .out())
                        .text("token");
        Path file = Files.writeString(folder.resolve("secret"), secret);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

        CommandRun run =
                user.run(
                        "report",
                        "compliance",
                        "-o",
                        "jsonl",
                        "--url",
                        "http://127.0.0.1:" + daemon.port(),
                        "--token-file",
                        file.toString());

        assertThat(run.code()).as(run.err()).isEqualTo(1);
        assertThat(run.out().lines().map(ComplianceTest::value))
                .filteredOn(it -> it.text("check").startsWith("tokens."))
                .allSatisfy(it -> {
                    assertThat(it.text("result")).isEqualTo("unknown");
                    assertThat(it.text("advice")).contains("--token-file");
                });
    }

    @Test
    void aDaemonThatIsAwayIsThree() {
        assertThat(user.run("report", "compliance", "--url", "http://127.0.0.1:1").code())
                .isEqualTo(3);
    }

    @Test
    void theDaemonsLogIsCheckedAgainstANotedHead() throws Exception {
        String path = "/api/v1/admin/audit";
        assertThat(ask(path).body()).isEqualTo("{\"status\":\"none\"}");
        Path log = folder.resolve("state/audit/audit.log");
        Files.createDirectories(log.getParent());
        Files.copy(AUDIT, log, StandardCopyOption.REPLACE_EXISTING);

        Value sound = value(ask(path).body());
        assertThat(sound.text("status")).isEqualTo("ok");
        assertThat(value(ask(path + "?head=" + sound.text("head")).body()).text("status"))
                .isEqualTo("ok");
        String later = (sound.number(0, "last") + 1) + ":" + "0".repeat(64);
        assertThat(value(ask(path + "?head=" + later).body()).text("status")).isEqualTo("broken");
        assertThat(ask(path + "?head=x").head()).contains(" 400 ");
    }

    private TestDaemon.AdminAnswer ask(String path) throws IOException {
        return TestDaemon.ask(folder.resolve("admin.sock"), "GET", path, "");
    }
}
