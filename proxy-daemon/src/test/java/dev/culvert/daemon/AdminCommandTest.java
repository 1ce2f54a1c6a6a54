package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThatThrownBy;

import dev.culvert.about.Version;
import dev.culvert.daemon.CommandRun.User;
import dev.culvert.value.Value;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What operators do with {@code culvert}, over the admin socket that it finds by itself. */
@Timeout(60)
class AdminCommandTest {
    @TempDir private Path folder;
    private ScriptedGuest guest;
    private TestDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        guest = ScriptedGuest.start();
        daemon = TestDaemon.with(admin(), guest);
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
        guest.close();
    }

    private String admin() {
        return "\"admin\": {\"listen\": [\"unix://%s\"]},".formatted(folder.resolve("admin.sock"));
    }

    private CommandRun run(String... arguments) {
        return new User(folder).run(arguments);
    }

    @Test
    void findsTheAdminSocket() {
        assertThat(run("context", "show", "-o", "jsonl").out())
                .contains("\"said_by\":\"the admin socket of this host\"");
        assertThat(run("agents", "-o", "name").out()).isEqualTo("a\n");
    }

    @Test
    void showsTheDaemonOnOneScreen() {
        CommandRun run = run("status");

        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .startsWith("culvertd ")
                .containsPattern(
                        "(?m)^listens on +tcp://127.0.0.1:\\d+, unix://.* \\(operators\\)$")
                .containsPattern("(?m)^agents +1 ready$")
                .containsPattern("(?m)^turns +0 under way$")
                .containsPattern("(?m)^failures, last hour +none$")
                .doesNotContain("next");
        assertThat(run("status", "-o", "json").out()).contains("\"uptime_seconds\": ");
    }

    @Test
    void saysWhatToDoNext() {
        assertThat(run("agents", "add", "c", "--address", "unix:///nowhere/c").code()).isZero();
        daemon.awaitState("c", "unreachable");

        assertThat(run("status").out())
                .contains("1 ready, 1 unreachable")
                .contains(
                        "  see why agents do not answer: culvert doctor, and culvert agents list"
                                + " --state unreachable\n");
    }

    @Test
    void showsAnAgentThatCannotReachItsRuntime() throws Exception {
        guest.tellAll(
                "heartbeat",
                "{\"status\":\"running\",\"uptime_secs\":2,\"runtime_error\":\"nobody listens\"}");
        daemon.awaitAgent("a", "runtime_error");

        assertThat(run("status").out())
                .containsPattern("(?m)^agents +1 ready; of these 1 degraded$")
                .contains(
                        "  see which agents cannot reach their runtime, and why: culvert agents\n");
        assertThat(run("agents").out())
                .containsPattern(
                        "(?m)^a +default +online, degraded .* its runtime: nobody listens$");
        assertThat(run("agents", "show", "a").out())
                .containsPattern("(?m)^presence +online, degraded$")
                .containsPattern("(?m)^runtime +nobody listens$");
    }

    @Test
    void withoutAnyDaemonItNamesAllPlacesAndTheVerbThatHelps(@TempDir Path other) {
        assumeThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), 8470).close())
                .isInstanceOf(ConnectException.class);

        CommandRun run = new User(other).run("agents");

        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err())
                .startsWith("culvert: the daemon at http://127.0.0.1:8470 cannot be reached: ")
                .endsWith(
                        " Also tried: unix://%s (No such file or directory). culvert doctor finds out why.\n"
                                .formatted(other.resolve("admin.sock")));
    }

    @Test
    void reloadsTheSettings() throws Exception {
        assertThat(run("reload").err()).isEqualTo("culvert: the new settings are in force\n");

        daemon.write("{\"htp\": {}}");
        CommandRun wrong = run("reload");
        assertThat(wrong.code()).isEqualTo(1);
        assertThat(wrong.err()).contains("did you mean 'http'?");
    }

    @Test
    void printsTheSettingsOfTheDaemonThatRuns() throws Exception {
        assertThat(run("config", "print").out())
                .containsPattern("(?m)^admin.listen +\\[\"unix://.*\"] +test:1:12$")
                .containsPattern("(?m)^agents\\[0].id +\"a\" +test:1:")
                .doesNotContain("sse.keepalive");
        assertThat(run("config", "print", "--effective").out())
                .containsPattern("(?m)^sse.keepalive +\"15s\" +default$");

        daemon.write("{" + admin() + "\"state_dir\": \"" + folder + "\"}");
        assertThat(run("reload").code()).isZero();
        assertThat(run("config", "print").out())
                .containsPattern("(?m)^state_dir +null +default +\"" + folder + "\" \\(test:1:");
        assertThat(User.of(daemon).run("config", "print").code()).isEqualTo(4);
    }

    @Test
    void drainsAndTakesWorkAgain() throws Exception {
        CommandRun drained = run("drain", "--wait", "1s");
        assertThat(drained.code()).isZero();
        assertThat(drained.err())
                .isEqualTo("culvert: the daemon takes no new work; turns under way: 0\n");
        assertThat(run("message", "a", "hi").code()).isEqualTo(1);
        assertThat(run("status").out()).contains("draining", "culvert drain --end");

        assertThat(run("drain", "--end").err())
                .isEqualTo("culvert: the daemon takes new work again\n");
        guest.on("message", request -> request.done("hello"));
        assertThat(run("message", "a", "hi").out()).isEqualTo("hello\n");
    }

    @Test
    void aWrongLevelIsAMistake() {
        CommandRun run = run("log-level", "link", "loud");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err())
                .isEqualTo(
                        "culvert: 'loud' is not a level: it is error, warn, info, debug or trace\n");
        assertThat(run("log-level", "--for", "10m").code()).isEqualTo(2);
    }

    @Test
    void showsAndChangesLevels() {
        CommandRun levels = run("log-level");

        assertThat(levels.err()).isEmpty();
        assertThat(levels.out()).startsWith("AREA").contains("link");
        CommandRun changed = run("log-level", "link", "debug", "--for", "10m");
        assertThat(changed.out()).containsPattern("(?m)^link +debug$");
        assertThat(run("log-level", "all", "warn").out()).containsPattern("(?m)^link +warn$");
        assertThat(run("log-level", "nowhere", "warn").code()).isEqualTo(2);
    }

    @Test
    void clientsMayNotDoWhatOperatorsDoAndAreToldWhereThatIsDone() {
        CommandRun run = User.of(daemon).run("drain");

        String socket = "unix://" + folder.resolve("admin.sock");
        assertThat(run.code()).isEqualTo(4);
        assertThat(run.err()).contains("on the admin socket " + socket, "culvert --url " + socket);
        assertThat(run("drain", "--url", socket).code()).isZero();
    }

    @Test
    void theStatusForClientsIsWhatTheyMaySee() throws Exception {
        CommandRun run = User.of(daemon).run("status");

        assertThat(run.code()).isZero();
        assertThat(run.out())
                .startsWith("culvertd " + Version.text() + "  ok\n")
                .containsPattern("(?m)^listens on +http://127.0.0.1:" + daemon.port() + "$")
                .containsPattern("(?m)^agents +1 ready$")
                .containsPattern("(?m)^turns +0 under way$")
                .doesNotContain("failures", "pid");
        assertThat(run.err())
                .isEqualTo(
                        "culvert: this is what clients are told; operators are told more: culvert status --url unix://%s\n"
                                .formatted(folder.resolve("admin.sock")));
        Value data = Value.parse(User.of(daemon).run("status", "-o", "json").out());
        assertThat(data.text("partial")).isEqualTo("true");
        assertThat(data.map().keySet()).doesNotContain("failures");
    }

    @Test
    void aSocketThatADeadDaemonLeftIsPassedOver(@TempDir Path other) throws Exception {
        Path left = other.resolve("admin.sock");
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(left));
        }
        User user = new User(folder).tryingFirst(left, other.resolve("none.sock"));

        assertThat(user.run("agents", "-o", "name").out()).isEqualTo("a\n");
        daemon.close();
        assertThat(user.run("context", "show", "-o", "name").out())
                .isEqualTo("http://127.0.0.1:8470\n");
        assertThat(user.run("context", "show", "--output", "json").out())
                .contains(left + " (Connection refused)", "none.sock (No such file");
    }
}
