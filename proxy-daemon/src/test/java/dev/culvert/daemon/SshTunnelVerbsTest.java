package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.sshtunnels.ScriptedSsh;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert tunnel}, with a program in the place of ssh. */
@Timeout(90)
class SshTunnelVerbsTest {
    private static final String KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGxGQUmQ0SmVJ2sKmbs9DPqb9rEZcDvx7WkZQyfhXkqk";

    @TempDir private Path folder;
    private ServerSocket far;
    private ScriptedSsh ssh;
    private TestDaemon daemon;
    private User user;

    @BeforeEach
    void begin() throws Exception {
        far = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        ssh = new ScriptedSsh(Files.createDirectory(folder.resolve("ssh")), far.getLocalPort());
        ssh.offers("bastion.example " + KEY);
        daemon = start();
        user = User.of(daemon);
    }

    private TestDaemon start() throws Exception {
        return TestDaemon.start(
                "{\"state_dir\": \"%s\", \"ssh\": {\"programs\": \"%s\"}}"
                        .formatted(folder.resolve("state"), folder.resolve("ssh")));
    }

    @AfterEach
    void end() throws Exception {
        daemon.close();
        ssh.close();
        far.close();
    }

    private CommandRun ok(String... words) {
        CommandRun run = user.run(words);
        assertThat(run.code()).as(String.join(" ", words) + ": " + run.err()).isZero();
        return run;
    }

    /** Those of proxy-daemon/docs/how-to-ssh.md, in their order. */
    @Test
    void theCommandsOfThePageDoWhatItSays() throws Exception {
        List<String> lines =
                DocBlocks.of(Path.of("docs/how-to-ssh.md")).all().stream()
                        .filter(it -> it.mark().endsWith("/SshTunnelVerbsTest.java"))
                        .flatMap(it -> it.text().strip().lines())
                        .map(line -> line.replaceFirst("\\s+#.*", "").strip())
                        .toList();
        assertThat(lines).hasSize(5).allMatch(line -> line.startsWith("culvert tunnel "));
        ok("keys", "generate", "build");
        List<String> printed = new ArrayList<>();
        for (String line : lines) {
            String[] words =
                    line.replace("--listen 5432", "--listen 0")
                            .substring("culvert ".length())
                            .split(" ", -1);
            printed.add(ok(words).out());
        }
        assertThat(printed.get(1)).contains("SHA256:KKXJDGeb3kG62iOISSTNEyoIAwl5CSMYcIjPbDNeCqY");
        assertThat(printed.getLast())
                .containsPattern("state +up")
                .containsPattern("control socket +ok")
                .containsPattern("probe +ok: the connection is open");
        assertThat(user.run("keys", "rm", "build").err()).contains("in use by the tunnel db");
    }

    @Test
    void aSecondStartSaysSinceWhenItIsUp() {
        ok("tunnel", "add", "db", "bastion.example", "--to", "db:1");

        assertThat(ok("tunnel", "start", "db").err()).containsPattern("db is (already )?up since ");
        assertThat(ok("tunnel", "start", "db").err()).contains("db is already up since ");
        assertThat(ok("tunnel", "restart", "db").err()).contains("db is up since ");
        assertThat(ok("tunnel", "test", "db").out()).contains("the connection is open");
        assertThat(ok("tunnel", "list").out()).containsPattern("db +local +up ");
        assertThat(ok("tunnel", "stop", "db").err()).contains("db is stopped");
        assertThat(ok("tunnel").out()).containsPattern("db +local +down ");
        assertThat(user.run("tunnel", "test", "db").code()).isEqualTo(1);
        assertThat(ok("tunnel", "rm", "db").err()).contains("db is removed");
        assertThat(user.run("tunnel", "status", "db").code()).isEqualTo(5);
    }

    @Test
    void theStatusTellsOfTheKeepaliveWhatIsKnown() throws Exception {
        ok("tunnel", "add", "db", "bastion.example", "--to", "db:1", "--no-start");
        assertThat(ok("tunnel", "status", "db").out())
                .containsPattern(
                        "keepalive +there is no connection \\(every 15 s, 2 may be lost\\)");

        ok("tunnel", "start", "db");
        assertThat(ok("tunnel", "status", "db").out())
                .containsPattern(
                        "keepalive +ok: ssh is connected, and ends after 45 s of silence .*last answer known of 2");

        ssh.write("fails", "Timeout, server bastion.example not responding.");
        user.run("tunnel", "restart", "db");
        assertThat(ok("tunnel", "status", "db").out())
                .containsPattern("fails at +keepalive")
                .containsPattern(
                        "keepalive +fails: ssh ended, because the server was silent for too long");
    }

    @Test
    void aStartThatFailsSaysAtWhat() throws Exception {
        ssh.write("fails", "me@bastion.example: Permission denied (publickey).");
        ok("tunnel", "add", "db", "me@bastion.example:2222", "--to", "db:1", "--no-start");

        CommandRun start = user.run("tunnel", "start", "db");

        assertThat(start.code()).isEqualTo(1);
        assertThat(start.err()).contains("db is not up").contains("Permission denied (publickey)");
        assertThat(ok("tunnel", "status", "db").out())
                .contains("auth", "me@bastion.example:2222")
                .contains("culvert keys generate");
    }

    @Test
    void mistakesAreTheUsers() {
        assertThat(user.run("tunnel", "add", "db", "-oProxyCommand=x", "--to", "a:1").code())
                .isEqualTo(2);
        assertThat(user.run("tunnel", "add", "../db", "far", "--to", "a:1").code()).isEqualTo(2);
        assertThat(user.run("tunnel", "add", "db", "far").code()).isEqualTo(2);
        CommandRun open =
                user.run(
                        "tunnel", "add", "db", "far", "--to", "a:1", "--listen", "tcp://0.0.0.0:0");
        assertThat(open.code()).isEqualTo(2);
        assertThat(open.err()).contains("loopback");
        assertThat(user.run("tunnel", "start", "none").err()).contains("There is no tunnel 'none'");
    }

    @Test
    void aClientCanNameNoFilesOfTheHost() throws Exception {
        var refused =
                daemon.post(
                        "/api/v1/tunnels",
                        "{\"name\": \"t\", \"host\": \"h\", \"to\": \"a:1\", \"ssh_config\": \"/tmp/c\"}");

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("unknown key");
    }

    @Test
    void aTunnelThatWasUpIsUpAfterARestartOfTheDaemon() throws Exception {
        ok("tunnel", "add", "db", "bastion.example", "--to", "db:1");
        ok("tunnel", "start", "db");
        daemon.close();
        daemon = start();
        user = User.of(daemon);

        assertThat(ok("tunnel", "start", "db").err()).contains("db is already up since ");
        daemon.awaitBody("/metrics", "culvert_ssh_tunnels_up 1.0");
    }
}
