package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.value.Value;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert diagnose} and {@code culvert check --through agent:NAME}. */
class DiagnoseVerbTest {
    private static final String FINDING =
            "{\"grade\":\"failure\",\"area\":\"memory\",\"sentence\":\"only 1 MiB\\u001b[2J of 512 MiB of memory are left\",\"advice\":\"Give it more.\"}";

    private static ScriptedGuest describing(String findings, long offsetMillis) throws Exception {
        ScriptedGuest guest = ScriptedGuest.announcing("checks");
        guest.on(
                "ping",
                request -> {
                    long now = System.currentTimeMillis() + offsetMillis;
                    request.reply(
                            "pong",
                            request.payload().contains("\"machine\":true")
                                    ? "{\"machine\":%s,\"received_ms\":%d,\"sent_ms\":%d}"
                                            .formatted(
                                                    ("{\"at\":\"2026-11-30T12:00:00Z\",\"host\":\"web-1\",\"kernel\":\"6.12.0\",\"uptime_secs\":90061,"
                                                                    + "\"cpu\":{\"cores\":2,\"busy_percent\":12.5,\"load\":[0.1,0.2,0.3],\"pressure\":{\"some_avg10\":1.5}},"
                                                                    + "\"memory\":{\"total_bytes\":536870912,\"available_bytes\":1048576,\"swap_total_bytes\":0},"
                                                                    + "\"disks\":[{\"path\":\"/\",\"total_bytes\":2147483648,\"free_bytes\":1073741824,\"read_only\":false}],"
                                                                    + "\"network\":[{\"name\":\"lo\",\"state\":\"unknown\",\"received_bytes\":10,\"sent_bytes\":10,\"errors\":0,\"drops\":0}],"
                                                                    + "\"services\":[{\"unit\":\"culvert-agent.service\",\"state\":\"active\",\"detail\":\"running\"}],"
                                                                    + "\"findings\":[%s]}")
                                                            .formatted(findings),
                                                    now,
                                                    now)
                                    : "{}");
                });
        return guest;
    }

    @Test
    void showsTheDaemonsMachineToOperators(@TempDir Path folder) throws Exception {
        String settings =
                "{\"admin\": {\"listen\": [\"unix://%s\"]}}"
                        .formatted(folder.resolve("admin.sock"));
        try (TestDaemon daemon = TestDaemon.start(settings)) {
            CommandRun run = new User(folder).run("diagnose", "-o", "json");
            assertThat(run.err()).isEmpty();
            Value machine = Value.parse(run.out()).at("machine");
            assertThat(machine.number(0, "cpu", "cores")).isPositive();
            assertThat(machine.number(0, "self", "pid")).isEqualTo(ProcessHandle.current().pid());
            CommandRun table = new User(folder).run("diagnose");
            assertThat(table.out()).contains("PART", "memory", "cpu", "this program");
            assertThat(daemon.get("/api/v1/admin/machine").statusCode()).isNotEqualTo(200);
        }
    }

    @Test
    void showsAnAgentsMachineAndWhatIsWrong() throws Exception {
        try (ScriptedGuest guest = describing(FINDING, 0);
                TestDaemon daemon = TestDaemon.with(guest)) {
            CommandRun run = User.of(daemon).run("diagnose", "a");
            assertThat(run.code()).isEqualTo(1);
            assertThat(run.out())
                    .contains(
                            "web-1, Linux 6.12.0, up 1d1h",
                            "2 cores, 12.5 % busy, load 0.1 0.2 0.3, pressure 1.5 %",
                            "1 MiB of 512 MiB left, no swap",
                            "1.0 GiB of 2.0 GiB left",
                            "active (running)",
                            "failure: memory: only 1 MiB\\u001b[2J of 512 MiB of memory are left",
                            "  Give it more.")
                    .doesNotContain("\u001b");
        }
    }

    @Test
    void nothingWrongIsSaidAndIsExitCodeZero() throws Exception {
        try (ScriptedGuest guest = describing("", 0);
                TestDaemon daemon = TestDaemon.with(guest)) {
            CommandRun run = User.of(daemon).run("diagnose", "a");
            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.out()).contains("nothing is wrong");
        }
    }

    @Test
    void aClockThatDiffersIsAWarning() throws Exception {
        try (ScriptedGuest guest = describing("", -90_000);
                TestDaemon daemon = TestDaemon.with(guest)) {
            CommandRun run = User.of(daemon).run("diagnose", "a", "-o", "json");
            assertThat(run.code()).isZero();
            Value answer = Value.parse(run.out());
            assertThat(answer.number(0, "clock_offset_ms")).isBetween(-95_000L, -85_000L);
            assertThat(answer.at("findings").list())
                    .singleElement()
                    .extracting(it -> it.text("area"))
                    .isEqualTo("clock");
            assertThat(User.of(daemon).run("diagnose", "a").out()).contains("ms behind the host's");
        }
    }

    @Test
    void anAgentWithoutTheFeatureIsToldToBeUpdated() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            assertThat(daemon.get("/api/v1/agents/a/machine").statusCode()).isEqualTo(501);
            CommandRun run = User.of(daemon).run("diagnose", "a");
            assertThat(run.code()).isEqualTo(1);
            assertThat(run.err()).contains("announces the feature 'checks'");
            CommandRun check =
                    User.of(daemon).run("check", "--through", "agent:a", "http://127.0.0.1:1/");
            assertThat(check.code()).isEqualTo(1);
            assertThat(check.err()).contains("announces the feature 'checks'");
        }
    }

    @Test
    void anAgentChecksFromInside() throws Exception {
        ScriptedGuest guest = ScriptedGuest.announcing("checks");
        guest.on(
                "ping",
                request ->
                        request.reply(
                                "pong",
                                request.payload()
                                                .contains(
                                                        "\"check\":{\"url\":\"http://127.0.0.1:8081/\"")
                                        ? "{\"check\":{\"url\":\"http://127.0.0.1:8081/\",\"verdict\":\"reachable\",\"sentence\":\"reachable: it answers 200\",\"us\":7,\"hops\":[{\"hop\":\"tcp\",\"ok\":true,\"us\":7,\"detail\":\"connected\"}]}}"
                                        : "{}"));
        try (guest;
                TestDaemon daemon = TestDaemon.with(guest)) {
            CommandRun run =
                    User.of(daemon).run("check", "--through", "agent:a", "http://127.0.0.1:8081/");
            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.out()).contains("connected", "reachable: it answers 200");
            CommandRun nobody =
                    User.of(daemon).run("check", "--through", "agent:none", "http://a.invalid/");
            assertThat(nobody.code()).isEqualTo(5);
        }
    }

    @Test
    void anErrorOfTheAgentIsTheAnswer() throws Exception {
        ScriptedGuest guest = ScriptedGuest.announcing("checks");
        guest.on(
                "ping",
                request -> {
                    if (request.payload().contains("check")) {
                        request.error("overloaded", "the agent has 18 checks to do already");
                    } else {
                        request.reply("pong", "{}");
                    }
                });
        try (guest;
                TestDaemon daemon = TestDaemon.with(guest)) {
            CommandRun run =
                    User.of(daemon).run("check", "--through", "agent:a", "http://a.invalid/");
            assertThat(run.code()).isNotZero();
            assertThat(run.err()).contains("18 checks to do already");
        }
    }

    @Test
    void itLooksAtThisMachineWithoutADaemon() {
        CommandRun run = new User(Path.of("/nonexistent")).run("diagnose", "--local");
        assertThat(run.out()).contains("memory", "disk /", "this program");
        assertThat(new User(Path.of("/nonexistent")).run("diagnose", "--local", "a").code())
                .isEqualTo(2);
    }
}
