package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.checks.TestServer;
import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.sshtunnels.ScriptedSsh;
import dev.culvert.value.Value;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert reach}, with a program in the place of ssh. */
@Timeout(90)
class ReachVerbTest {
    private static final String KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGxGQUmQ0SmVJ2sKmbs9DPqb9rEZcDvx7WkZQyfhXkqk";
    private static final String PRINT = "SHA256:KKXJDGeb3kG62iOISSTNEyoIAwl5CSMYcIjPbDNeCqY";

    @TempDir private Path folder;
    private ServerSocket far;
    private TestServer site;
    private String url;
    private ScriptedSsh ssh;
    private TestDaemon daemon;
    private User user;

    @BeforeEach
    void begin() throws Exception {
        far = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        site = TestServer.answering("HTTP/1.1 401 No\r\n\r\n");
        url = "http://127.0.0.1:" + site.port() + "/";
        ssh = new ScriptedSsh(Files.createDirectory(folder.resolve("ssh")), far.getLocalPort());
        ssh.offers("bastion.example " + KEY);
        daemon =
                TestDaemon.start(
                        "{\"state_dir\": \"%s\", \"ssh\": {\"programs\": \"%s\"}}"
                                .formatted(folder.resolve("state"), folder.resolve("ssh")));
        user = User.of(daemon);
    }

    @AfterEach
    void end() throws Exception {
        daemon.close();
        ssh.close();
        site.close();
        far.close();
    }

    private void addTunnel() {
        CommandRun made =
                user.run(
                        "tunnel",
                        "add",
                        "db",
                        "bastion.example",
                        "--to",
                        "db:1",
                        "--host-key",
                        PRINT,
                        "--no-start");
        assertThat(made.code()).as(made.err()).isZero();
    }

    /** The state of each step. */
    private Map<String, String> reach(int code, String... words) throws Exception {
        String[] line = new String[words.length + 3];
        line[0] = "reach";
        System.arraycopy(words, 0, line, 1, words.length);
        line[words.length + 1] = "-o";
        line[words.length + 2] = "json";
        CommandRun run = user.run(line);
        assertThat(run.code()).as(run.out() + run.err()).isEqualTo(code);
        Map<String, String> states = new LinkedHashMap<>();
        for (Value step : Value.parse(run.out()).list()) {
            states.put(step.text("step"), step.text("state"));
        }
        return states;
    }

    @Test
    void aHostWithoutTunnelsIsOnlyChecked() throws Exception {
        assertThat(reach(0, "setup", url))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("tunnels", "none", "check " + url, "reachable"));
        assertThat(reach(0, "stop")).containsOnlyKeys("tunnels");
    }

    @Test
    void setupStartsWhatIsNotUpAndCanBeRepeated() throws Exception {
        addTunnel();
        assertThat(reach(0, "setup", "--dry-run", url))
                .containsEntry("tunnel db", "would start")
                .containsEntry("check " + url, "would check");
        assertThat(reach(0, "health", "--dry-run", url))
                .containsEntry("tunnel db", "stopped")
                .containsEntry("check " + url, "would check");
        assertThat(site.heads()).isEmpty();
        assertThat(reach(0, "health", url)).containsEntry("tunnel db", "stopped");
        assertThat(reach(0, "setup", url)).containsEntry("tunnel db", "up");
        assertThat(reach(0, "setup", url)).containsEntry("tunnel db", "up");
        assertThat(reach(0, "health", url))
                .containsEntry("tunnel db", "up")
                .containsEntry("check " + url, "reachable");
        assertThat(reach(0, "stop", "--dry-run")).containsEntry("tunnel db", "would stop");
        assertThat(user.run("tunnel", "list").out()).containsPattern("db +local +up ");
        assertThat(reach(0, "stop")).containsEntry("tunnel db", "stopped");
        assertThat(reach(0, "stop")).containsEntry("tunnel db", "stopped");
        assertThat(user.run("tunnel", "list").out()).containsPattern("db +local +down ");
    }

    @Test
    void setupMakesAKeyThatIsMissing() throws Exception {
        user.run("keys", "generate", "build");
        CommandRun made =
                user.run(
                        "tunnel",
                        "add",
                        "db",
                        "bastion.example",
                        "--to",
                        "db:1",
                        "--host-key",
                        PRINT,
                        "--key",
                        "build",
                        "--no-start");
        assertThat(made.code()).as(made.err()).isZero();
        assertThat(reach(0, "setup", url)).containsEntry("key build", "there");
        reach(0, "stop");
        for (String file : new String[] {"build", "build.pub"}) {
            Files.deleteIfExists(folder.resolve("state").resolve("keys").resolve(file));
        }
        assertThat(reach(1, "health", url)).containsEntry("key build", "missing");
        assertThat(reach(0, "setup", "--dry-run", url)).containsEntry("key build", "would make");
        assertThat(reach(0, "setup", url)).containsEntry("key build", "made");
        assertThat(reach(0, "health", url)).containsEntry("key build", "there");
    }

    @Test
    void whatFailsIsARowThatSaysWhatToDoAndTheOthersGoOn() throws Exception {
        addTunnel();
        ssh.write("fails", "me@bastion.example: Permission denied (publickey).");
        CommandRun run = user.run("reach", "setup", url);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out())
                .contains("Permission denied (publickey)", "culvert tunnel status db")
                .contains("reachable: it answers 401");
    }

    @Test
    void programsAskForTheSameByOneRequest() throws Exception {
        addTunnel();
        HttpResponse<String> dry =
                daemon.post(
                        "/api/v1/reach/setup", "{\"dry_run\": true, \"urls\": [\"" + url + "\"]}");
        assertThat(dry.body()).contains("\"state\":\"would start\"", "\"would check\"");
        HttpResponse<String> done =
                daemon.post("/api/v1/operations/reach.setup", "{\"urls\": [\"" + url + "\"]}");
        assertThat(done.body())
                .startsWith("{\"ok\":true,")
                .contains("\"step\":\"tunnel db\",\"state\":\"up\"", "it answers 401");
        assertThat(daemon.post("/api/v1/reach/health", "{\"urls\": []}").body())
                .contains("\"state\":\"up\"")
                .doesNotContain("check ");
        assertThat(daemon.post("/api/v1/reach/stop", "{\"urls\": []}").body())
                .contains("Nothing was done", "urls");
        assertThat(daemon.post("/api/v1/reach/stop", "").body()).contains("\"stopped\"");
    }

    private void addWay(String name, String... more) {
        List<String> line =
                new ArrayList<>(
                        List.of("tunnel", "add", name, "bastion.example", "--host-key", PRINT));
        line.addAll(List.of(more));
        CommandRun made = user.run(line.toArray(String[]::new));
        assertThat(made.code()).as(made.err()).isZero();
    }

    private void start(String name) {
        CommandRun run = user.run("tunnel", "start", name);
        assertThat(run.code()).as(run.err()).isZero();
    }

    private CommandRun checkThrough(String name, String target) {
        return user.run("check", "--through", "tunnel:" + name, "-o", "json", target);
    }

    @Test
    void aCheckGoesThroughADynamicTunnel() throws Exception {
        ssh.write("far", Integer.toString(site.port()));
        addWay("web", "--kind", "dynamic", "--probe", "none");
        start("web");

        Value check =
                Value.parse(checkThrough("web", "http://site.example/").out()).list().getFirst();

        assertThat(check.text("through")).startsWith("socks5://127.0.0.1:");
        assertThat(check.text("sentence")).isEqualTo("reachable: it answers 401");
    }

    /** ssh says yes before its server has connected. */
    @Test
    void aPortThatTheServerOfADynamicTunnelDoesNotReachIsNotReachable() throws Exception {
        addWay("web", "--kind", "dynamic", "--probe", "none");
        start("web");

        CommandRun run = checkThrough("web", "tcp://closed.example:1");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("its server does not reach the target");
    }

    @Test
    void aCheckThroughALocalTunnelAsksItsFarEndByTheNameOfTheUrl() throws Exception {
        ssh.write("far", Integer.toString(site.port()));
        addWay("db", "--to", "db:80");
        start("db");

        CommandRun run = checkThrough("db", "http://db.internal/health");

        Value check = Value.parse(run.out()).list().getFirst();
        assertThat(check.text("through")).isEqualTo("tunnel:db");
        assertThat(check.text("sentence")).isEqualTo("reachable: it answers 401");
        assertThat(run.out()).contains("which leads to tcp://db:80");
        assertThat(site.heads()).anyMatch(head -> head.contains("host: db.internal"));
        assertThat(checkThrough("db", "tcp://db.internal:80").code()).isZero();
    }

    @Test
    void aTunnelThatNoCheckCanGoThroughIsRefusedWithWhatItNeeds() throws Exception {
        addWay("back", "--kind", "remote", "--listen", "8080", "--to", "127.0.0.1:1", "--no-start");
        assertThat(checkThrough("back", url).err()).contains("the tunnel 'back' is stopped");
        user.run("tunnel", "start", "back");
        CommandRun refused = checkThrough("back", url);
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("a remote one", "a dynamic or a local one");
        assertThat(checkThrough("none", url).err()).contains("there is no tunnel 'none'");
        ssh.write("fails", "me@bastion.example: Permission denied (publickey).");
        addWay("db", "--to", "db:80");
        assertThat(checkThrough("db", url).err()).contains("is not up", "culvert tunnel status db");
        assertThat(user.run("check", "--local", "--through", "tunnel:db", url).code()).isEqualTo(2);
    }
}
