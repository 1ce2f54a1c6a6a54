package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert config} with the culvertd of this build in the PATH. */
@Timeout(60)
class ConfigVerbTest {
    @TempDir private Path folder;

    @BeforeEach
    void putTheDaemonIntoThePath() throws IOException {
        Path program =
                Files.writeString(
                        folder.resolve("culvertd"),
                        "#!/bin/sh\nexec '%s' -XX:TieredStopAtLevel=1 -cp '%s' dev.culvert.daemon.cli.Main \"$@\"\n"
                                .formatted(
                                        Path.of(System.getProperty("java.home"), "bin", "java"),
                                        System.getProperty("java.class.path")));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    }

    private CommandRun run(String... arguments) {
        return new User(folder).with("PATH", folder.toString()).run(arguments);
    }

    @Test
    void printsEachSettingAndWhoSetIt() throws Exception {
        Path file =
                Files.writeString(
                        folder.resolve("a.jsonc"),
                        "{\n  \"log_level\": \"warn\",\n  \"agents\": [{\"id\": \"a\", \"cid\": 3}]\n}");

        CommandRun set = run("config", "print", "--config", file.toString(), "-o", "jsonl");
        assertThat(set.code()).as(set.err()).isZero();
        assertThat(set.out().lines())
                .contains(
                        "{\"key\":\"log_level\",\"value\":\"warn\",\"from\":\"%s:2:3\"}"
                                .formatted(file))
                .anyMatch(line -> line.startsWith("{\"key\":\"agents[0].id\",\"value\":\"a\","))
                .noneMatch(line -> line.contains("\"from\":null"));

        assertThat(run("config", "print", "--effective", "--config", file.toString()).out())
                .containsPattern("(?m)^event_loops +0 +default$")
                .containsPattern("(?m)^log_level +\"warn\" +.*a.jsonc:2:3$");
    }

    @Test
    void reportsMistakes() throws Exception {
        Path file = Files.writeString(folder.resolve("a.jsonc"), "{\"log_levle\": \"warn\"}");

        CommandRun wrong = run("config", "validate", file.toString());
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.out()).isEmpty();
        assertThat(wrong.err()).contains("a.jsonc:1:2", "did you mean 'log_level'?");
        assertThat(run("config", "validate", file.toString(), "-o", "json").out())
                .contains("\"valid\": false", "did you mean 'log_level'?");

        Files.writeString(file, "{}");
        assertThat(run("config", "validate", file.toString()).code()).isZero();
    }

    @Test
    void needsTheDaemonsProgram() {
        CommandRun run = new User(folder).with("PATH", "/nonexistent").run("config", "validate");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("culvert: there is no culvertd in the PATH here");
    }
}
