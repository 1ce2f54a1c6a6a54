package dev.culvert.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.policy.Action;
import dev.culvert.policy.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ProgramToolTest {
    @TempDir private Path directory;
    private Path work;
    private WorkTree files;

    @BeforeEach
    void open() throws IOException {
        work = Files.createDirectory(directory.resolve("work"));
        Files.createDirectory(work.resolve("tools"));
        Files.writeString(directory.resolve("outside.txt"), "outside");
        files = WorkTree.open(work);
    }

    @AfterEach
    void close() {
        files.close();
    }

    private ProgramTool tool(String script, boolean network) throws IOException {
        Path file = Files.writeString(work.resolve("tools/it"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        ProgramTool.Program program =
                new ProgramTool.Program("it", "tools/it", "does it", "{}", network);
        return new ProgramTool(files, Commands.CONFINED, Workbench.ENVIRONMENT, program, _ -> {});
    }

    private static String run(ProgramTool tool, String arguments, Limits limits)
            throws ToolException {
        Arguments given = Arguments.read(arguments);
        tool.plan(given);
        return tool.run(given, new Grant(limits, _ -> true, 1 << 16, () -> false));
    }

    private static String run(ProgramTool tool, String arguments) throws ToolException {
        return run(tool, arguments, Limits.DEFAULT);
    }

    @Test
    void readsItsArgumentsFromStandardInput() throws Exception {
        String arguments = "{\"a\": {\"deep\": [1.5, null]}, \"ä\": \"ü\"}";

        assertThat(run(tool("cat; echo; pwd", false), arguments))
                .isEqualTo(arguments + "\n" + work + "\n[exit status 0]");
        assertThat(run(tool("cat", false), "")).isEqualTo("{}\n[exit status 0]");
    }

    @Test
    void aProgramThatDoesNotReadIsFine() throws Exception {
        String large = "{\"text\": \"" + "x".repeat(900_000) + "\"}";

        assertThat(run(tool("exit 3", false), large)).isEqualTo("[exit status 3]");
        assertThat(run(tool("wc -c", false), large)).isEqualTo("900012\n[exit status 0]");
        assertThatThrownBy(() ->
                        run(tool("true", false), "{\"text\": \"" + "x".repeat(1 << 20) + "\"}"))
                .hasMessageContaining("up to 1048576 characters");
    }

    @Test
    void isACommandForThePolicy() throws Exception {
        assertThat(tool("true", true).plan(Arguments.read("{}")))
                .isEqualTo(
                        new Action.Command(
                                "it", List.of("tools/it"), Path.of(""), true, List.of()));
    }

    @Test
    void isConfinedAsCommandsAre() throws Exception {
        assertThat(run(tool("cat ../outside.txt; echo no > ../new.txt; ls -A", false), "{}"))
                .contains("Permission denied")
                .doesNotContain("outside\n");
        assertThat(directory.resolve("new.txt")).doesNotExist();
        assertThat(run(tool("env", false), "{}")).doesNotContain("LD_PRELOAD").contains("HOME=");
    }

    @Test
    void isStoppedAtItsTimeOutAndItsOutputIsCut() throws Exception {
        Limits limits =
                new Limits(
                        Duration.ofMillis(300),
                        10,
                        Limits.DEFAULT.environment(),
                        false,
                        Limits.DEFAULT.maxFileBytes());

        assertThat(run(tool("echo 123456789abcdef; sleep 60", false), "{}", limits))
                .isEqualTo("123456789a\n[it put out 16 bytes]\n[it was stopped after 0.3 s]");
    }

    @Test
    void getsTheNetworkOnlyIfItsRuleGivesIt() throws Exception {
        assertThatThrownBy(() -> run(tool("true", true), "{}"))
                .hasMessage("the policy gives this command no network (network of its rule)");
    }

    @Test
    void aProgramThatIsALinkIsNotRun() throws Exception {
        ProgramTool tool = tool("true", false);
        Files.delete(work.resolve("tools/it"));
        Files.createSymbolicLink(work.resolve("tools/it"), Path.of("/bin/true"));

        assertThatThrownBy(() -> run(tool, "{}"))
                .hasMessageStartingWith("the tool 'it' is not run: 'tools/it' ");
    }

    @Test
    void aProgramThatItsCheckRefusesIsNotRun() throws Exception {
        tool("touch ran", false);
        ProgramTool.Program program =
                new ProgramTool.Program("it", "tools/it", "does it", "{}", false);
        ProgramTool tool =
                new ProgramTool(
                        files,
                        Commands.CONFINED,
                        Workbench.ENVIRONMENT,
                        program,
                        bytes -> {
                            throw new ToolException("it has " + bytes.length + " bytes");
                        });

        assertThatThrownBy(() -> run(tool, "{}"))
                .hasMessage("the tool 'it' is not run: it has 20 bytes");
        assertThat(work.resolve("ran")).doesNotExist();
    }
}
