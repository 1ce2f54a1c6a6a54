package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.sshtunnels.ScriptedSsh;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code culvert reach} leaves where, as the table of docs/how-to-reach.md says it. */
@Timeout(90)
class ReachLeftoversTest {
    private static final String KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGxGQUmQ0SmVJ2sKmbs9DPqb9rEZcDvx7WkZQyfhXkqk";
    private static final String PRINT = "SHA256:KKXJDGeb3kG62iOISSTNEyoIAwl5CSMYcIjPbDNeCqY";

    /** A place below the {@code state_dir}, in the column "where". */
    private static final Pattern PLACE =
            Pattern.compile(
                    "(?m)^\\| [^|]+ \\| `([a-z._/]+)` in the `state_dir`[^|]* \\| [^|]*\\|$");

    @TempDir private Path folder;

    private void run(User user, String... words) {
        CommandRun run = user.run(words);
        assertThat(run.code()).as(run.err()).isZero();
    }

    /** All files below the state_dir that are not of the database, by their paths there. */
    private Set<String> files() throws IOException {
        Path state = folder.resolve("state");
        try (Stream<Path> all = Files.walk(state)) {
            return all.filter(it -> !Files.isDirectory(it))
                    .map(it -> state.relativize(it).toString())
                    .filter(it -> !it.startsWith("culvert.db"))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static Set<String> places() throws IOException {
        return PLACE.matcher(Files.readString(Path.of("docs/how-to-reach.md")))
                .results()
                .map(it -> it.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void isWhereThePageSaysAndGoneOnceItIsRemoved() throws Exception {
        Set<String> places = places();
        assertThat(places).containsExactly("culvert.db", "keys", "tunnels", "work");
        String settings =
                "{\"state_dir\": \"%s\", \"ssh\": {\"programs\": \"%s\"}}"
                        .formatted(folder.resolve("state"), folder.resolve("ssh"));
        try (ServerSocket far = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
                ScriptedSsh ssh =
                        new ScriptedSsh(
                                Files.createDirectory(folder.resolve("ssh")), far.getLocalPort());
                TestDaemon daemon = TestDaemon.start(settings)) {
            ssh.offers("bastion.example " + KEY);
            User user = User.of(daemon);
            Set<String> before = files();

            run(user, "keys", "generate", "build");
            run(user, "keys", "rotate", "build");
            run(
                    user,
                    "tunnel",
                    "add",
                    "db",
                    "bastion.example",
                    "--key",
                    "build",
                    "--to",
                    "db:1",
                    "--no-start");
            run(user, "tunnel", "trust", "db", "--fingerprint", PRINT);
            run(user, "reach", "setup", "tcp://127.0.0.1:" + far.getLocalPort());

            Set<String> up = files();
            up.removeAll(before);
            assertThat(up)
                    .contains("keys/build", "tunnels/known_hosts", "tunnels/db.sock")
                    .allMatch(file -> places.contains(file.split("/", 2)[0]));
            for (String directory : Set.of("keys", "tunnels")) {
                assertThat(mode(directory)).as(directory).isEqualTo("rwx------");
            }
            for (String file : up) {
                if (file.startsWith("keys/")) {
                    assertThat(mode(file)).as(file).isEqualTo("rw-------");
                }
            }

            run(user, "reach", "stop");
            assertThat(files())
                    .contains("tunnels/known_hosts")
                    .doesNotContain(
                            "tunnels/db.sock",
                            "tunnels/db.ctl",
                            "tunnels/db.pid",
                            "tunnels/db.conf");

            run(user, "tunnel", "rm", "db");
            run(user, "keys", "rm", "build");
            Set<String> left = files();
            left.removeAll(before);
            assertThat(left).containsExactly("tunnels/known_hosts");
        }
    }

    private String mode(String file) throws IOException {
        return PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("state").resolve(file)));
    }
}
