package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.client.output.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert policy trust} without any daemon. */
class PolicyTrustTest {
    @TempDir private Path folder;
    private Path project;

    @BeforeEach
    void makeProject() throws IOException {
        folder = folder.toRealPath();
        project = Files.createDirectory(folder.resolve("project"));
        Files.writeString(
                project.resolve("culvert.jsonc"), "{\"allowedCommands\": [\"git\", \"npm\"]}");
        Path tools = Files.createDirectories(project.resolve(".culvert/tools"));
        Files.writeString(tools.resolve("deploy.json"), "{\"description\": \"Deploys it.\"}");
        Path tool = Files.writeString(tools.resolve("deploy"), "#!/bin/sh\n");
        Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private User me() {
        return new User(folder.resolve("config")).with("HOME", folder.toString());
    }

    private CommandRun ask(String answer) {
        return me().at(new Terminal(true, true, 200))
                .typing(answer)
                .run("policy", "trust", project.toString());
    }

    private String trusted() throws IOException {
        return Files.readString(folder.resolve("config/trusted.jsonc"));
    }

    @Test
    void showsWhatIsAllowedAndTrustsItIfThePersonSaysSo() throws IOException {
        CommandRun no = ask("n\n");
        assertThat(no.code()).isEqualTo(1);
        assertThat(no.out())
                .containsPattern("allowedCommands +allow +command: npm …")
                .containsPattern("deploy +a tool +Deploys it\\. +\\.culvert/tools/deploy");
        assertThat(folder.resolve("config/trusted.jsonc")).doesNotExist();

        CommandRun yes = ask("y\n");
        assertThat(yes.code()).as(yes.err()).isZero();
        assertThat(yes.err()).contains("Trust " + project + " [y/N]: ", project + " is trusted");
        assertThat(trusted()).contains("\"" + project + "\": \"sha256:");
    }

    @Test
    void forgetsIt() throws IOException {
        String[] line = {"policy", "trust", "--forget", project.toString()};
        assertThat(me().run("policy", "trust", "--yes", project.toString()).code()).isZero();

        assertThat(me().run(line).err())
                .isEqualTo("culvert: " + project + " is not trusted any more\n");
        assertThat(trusted()).doesNotContain(project.toString());
        assertThat(me().run(line).err()).contains("was not trusted");
    }

    @Test
    void withoutATerminalItNeedsAWord() {
        CommandRun run = me().run("policy", "trust", project.toString());

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("there is nobody to ask: look at it, and say --yes");
    }

    @Test
    void whatIsInForceInTheFolderIsExplained() {
        String[] git = {"policy", "explain", project.toString(), "git log"};
        CommandRun before = me().run(git);
        assertThat(before.out())
                .containsPattern("decision +ask")
                .containsPattern("where +the built-in caution:")
                .contains("allowedCommands allow");
        assertThat(me().run("policy", "explain", project.toString()).out())
                .containsPattern("what decides +deny +write: \\*\\*/culvert.jsonc")
                .containsPattern("allowedCommands +allow +command: git");

        me().run("policy", "trust", "--yes", project.toString());
        assertThat(me().run(git).out()).containsPattern("decision +allow");
        assertThat(
                        me().run(
                                        "policy",
                                        "explain",
                                        project.toString(),
                                        "--write",
                                        ".git/hooks/pre-commit")
                                .out())
                .containsPattern("decision +deny");
        assertThat(me().run("policy", "explain", project.toString(), "--user", "x").err())
                .contains("is a folder, in which all files are known");
    }
}
