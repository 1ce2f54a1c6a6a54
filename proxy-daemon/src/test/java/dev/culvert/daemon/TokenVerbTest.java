package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert token} against a daemon that asks for tokens from then on. */
@Timeout(60)
class TokenVerbTest {
    @Test
    void makesListsRotatesAndRevokesTokens(@TempDir Path folder) throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{\"state_dir\": \"%s\"}".formatted(folder))) {
            CommandRun first =
                    User.of(daemon).run("token", "create", "--name", "root", "--role", "admin");
            assertThat(first.code()).as(first.err()).isZero();
            assertThat(first.out()).matches("cvt_[A-Za-z0-9_-]+\n");
            assertThat(first.err()).contains("(root); the secret is shown only this once:");

            CommandRun without = User.of(daemon).run("agents");
            assertThat(without.code()).isEqualTo(4);
            assertThat(without.err()).contains("token");

            Path file = Files.writeString(folder.resolve("root.token"), first.out());
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            String[] root = {"--token-file", file.toString()};
            CommandRun made =
                    run(
                            daemon,
                            root,
                            "token",
                            "create",
                            "--name",
                            "ci",
                            "--tenant",
                            "acme",
                            "--scope",
                            "agents:read,agents:write",
                            "--expires",
                            "90d",
                            "--turns",
                            "20");
            User ci = User.of(daemon).with("CULVERT_TOKEN", made.out().strip());
            assertThat(ci.run("agents").code()).isZero();
            assertThat(ci.run("token").code()).isEqualTo(4);
            CommandRun status = ci.run("status");
            assertThat(status.code()).as(status.err()).isZero();
            assertThat(status.out()).startsWith("culvertd ").doesNotContain("failures");
            assertThat(status.err())
                    .isEqualTo(
                            "culvert: this is what clients are told; operators are told more: use"
                                    + " the admin socket, or a token with the scope admin\n");

            CommandRun list = run(daemon, root, "token", "list");
            assertThat(list.out())
                    .containsPattern("(?m)^\\w+ +root +all +admin.* valid +never")
                    .containsPattern("(?m)^\\w+ +ci +acme +agents:read,agents:write +valid +20");
            String id = made.out().split("_", 3)[1];
            assertThat(run(daemon, root, "token", "-o", "name").out()).contains(id + "\n");

            CommandRun rotated = run(daemon, root, "token", "rotate", id, "--overlap", "0s");
            assertThat(rotated.out()).startsWith("cvt_" + id + "_").isNotEqualTo(made.out());
            assertThat(ci.run("agents").code()).isEqualTo(4);

            assertThat(run(daemon, root, "token", "revoke", id).err())
                    .isEqualTo("culvert: the token " + id + " is revoked\n");
            assertThat(
                            User.of(daemon)
                                    .with("CULVERT_TOKEN", rotated.out().strip())
                                    .run("agents")
                                    .code())
                    .isEqualTo(4);
            assertThat(run(daemon, root, "token", "revoke", "000000000000").code()).isEqualTo(5);
        }
    }

    private static CommandRun run(TestDaemon daemon, String[] options, String... words) {
        String[] all = new String[options.length + words.length];
        System.arraycopy(words, 0, all, 0, words.length);
        System.arraycopy(options, 0, all, words.length, options.length);
        return User.of(daemon).run(all);
    }
}
