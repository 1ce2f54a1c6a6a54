package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.process.ChildProcess;
import dev.culvert.process.Ended;
import dev.culvert.process.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert keys}. */
@Timeout(60)
class SshKeyVerbsTest {
    @TempDir private Path folder;

    private TestDaemon daemon() throws Exception {
        return TestDaemon.start("{\"state_dir\": \"%s\"}".formatted(folder.resolve("state")));
    }

    private static CommandRun ok(User user, String... words) {
        CommandRun run = user.run(words);
        assertThat(run.code()).as(String.join(" ", words) + ": " + run.err()).isZero();
        return run;
    }

    @Test
    void thePublicKeyIsAloneOnStdout() throws Exception {
        try (TestDaemon daemon = daemon()) {
            User user = User.of(daemon);

            CommandRun made = ok(user, "keys", "generate", "build");

            assertThat(made.out())
                    .isEqualTo(Files.readString(folder.resolve("state/keys/build.pub")));
            assertThat(made.err()).startsWith("culvert: made the key build: 256 SHA256:");
            assertThat(ok(user, "keys", "show", "build").out()).isEqualTo(made.out());
            assertThat(ok(user, "keys").out()).contains("build", "ED25519", "none");
            assertThat(ok(user, "keys", "rotate", "build").out()).isNotEqualTo(made.out());
            assertThat(ok(user, "keys", "rm", "build").err()).contains("the key build is removed");
            assertThat(user.run("keys", "show", "build").code()).isEqualTo(5);
            assertThat(user.run("keys", "generate", "b", "--type", "dsa").code()).isEqualTo(2);
        }
    }

    /** Those of proxy-daemon/docs/how-to-ssh.md, in their order. */
    @Test
    void theCommandsOfThePageDoWhatItSays() throws Exception {
        List<String> lines =
                DocBlocks.of(Path.of("docs/how-to-ssh.md")).all().stream()
                        .filter(it -> it.mark().endsWith("/SshKeyVerbsTest.java"))
                        .flatMap(it -> it.text().strip().lines())
                        .map(line -> line.replaceFirst("\\s+#.*", "").strip())
                        .toList();
        assertThat(lines).hasSize(6);
        sshKeygen("ssh-keygen -q -t ed25519 -f ca -P x".split(" "));
        sshKeygen("ssh-keygen", "-q", "-p", "-f", "ca", "-P", "x", "-N", "");
        try (TestDaemon daemon = daemon()) {
            User user = User.of(daemon);
            for (String line : lines) {
                String[] sides = line.split(" > ", 2);
                List<String> words = new ArrayList<>(List.of(sides[0].split(" ")));
                if (words.getFirst().equals("ssh-keygen")) {
                    sshKeygen(words.toArray(String[]::new));
                    continue;
                }
                words.removeFirst();
                words.replaceAll(
                        it -> it.endsWith("-cert.pub") ? folder.resolve(it).toString() : it);
                CommandRun run = ok(user, words.toArray(String[]::new));
                if (sides.length > 1) {
                    Files.writeString(folder.resolve(sides[1]), run.out());
                }
            }
            assertThat(ok(user, "keys", "list").out()).containsPattern("build +ED25519.+ yes ");
        }
    }

    private void sshKeygen(String... line) throws IOException {
        Ended ended =
                ChildProcess.run(Launch.here(List.of(line)).in(folder), Duration.ofSeconds(30));
        assumeTrue(ended.status() != Ended.NO_PROGRAM, "there is no ssh-keygen");
        assertThat(ended.status()).as(ended.lastLine()).isZero();
    }
}
