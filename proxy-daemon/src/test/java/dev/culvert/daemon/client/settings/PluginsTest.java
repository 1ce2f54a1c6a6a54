package dev.culvert.daemon.client.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.policy.Limits;
import dev.culvert.tools.Arguments;
import dev.culvert.tools.BuiltinTool;
import dev.culvert.tools.Commands;
import dev.culvert.tools.Grant;
import dev.culvert.tools.ProgramTool;
import dev.culvert.tools.WorkTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PluginsTest {
    private static final String GOOD =
            """
            {
              // for people
              "name": "deploy",
              "description": "Deploys one service.",
              "parameters": {"type": "object", "properties": {"service": {"type": "string"}}},
            }
            """;

    @TempDir private Path temporary;
    private Path root;
    private Path tools;

    @BeforeEach
    void makeFolders() throws IOException {
        root = temporary.toRealPath();
        tools = Files.createDirectories(root.resolve(".culvert/tools"));
    }

    private void tool(String name, String json) throws IOException {
        mode(Files.writeString(tools.resolve(name), "#!/bin/sh\n"), "rwxr-xr-x");
        mode(Files.writeString(tools.resolve(name + ".json"), json), "rw-r--r--");
    }

    private static void mode(Path file, String mode) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private Plugins plugins() throws UsageException {
        return Plugins.in(root, Plugins.FOLDER);
    }

    private String refusal() throws UsageException {
        Plugins plugins = plugins();
        assertThat(plugins.all()).isEmpty();
        assertThat(plugins.refused()).hasSize(1);
        return plugins.refused().getFirst();
    }

    @Test
    void aProgramWithADescriptionIsATool() throws IOException {
        tool("deploy", GOOD);
        tool("clean", "{\"description\": \"Cleans.\"}");
        Files.writeString(tools.resolve("lib.sh"), "not a tool");

        Plugins plugins = plugins();

        assertThat(plugins.refused()).isEmpty();
        assertThat(plugins.all())
                .extracting(it -> it.program().name())
                .containsExactly("clean", "deploy");
        ProgramTool.Program deploy = plugins.all().getLast().program();
        assertThat(deploy.path()).isEqualTo(".culvert/tools/deploy");
        assertThat(deploy.description()).isEqualTo("Deploys one service.");
        assertThat(deploy.schema())
                .isEqualTo(
                        "{\"type\":\"object\",\"properties\":{\"service\":{\"type\":\"string\"}}}");
        assertThat(plugins.all().getFirst().program().schema())
                .isEqualTo(
                        "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}");
    }

    @Test
    void withoutAFolderThereAreNone() throws IOException {
        Files.delete(tools);

        assertThat(plugins().all()).isEmpty();
        assertThat(plugins().refused()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[1]                                   | needs a description",
                "{                                     | is not JSON",
                "{\"description\": \" \"}              | needs a description of 1 to 4096 characters",
                "{\"description\": \"a\", \"run\": 1}  | has the member 'run': there are name, description, parameters and network",
                "{\"description\": \"a\", \"network\": 1} | says about the network something else than true or false",
                "{\"description\": \"a\", \"name\": \"b\"} | says another name than that of its program, 'deploy'",
                "{\"description\": \"a\", \"parameters\": {}} | has parameters that are no JSON Schema of an object",
            })
    void aDescriptionThatIsWrongIsRefused(String json, String why) throws IOException {
        tool("deploy", json);

        assertThat(refusal()).startsWith(tools.resolve("deploy.json").toString()).contains(why);
    }

    @ParameterizedTest
    @CsvSource({"read_file", "run_command", "1st", "a b"})
    void aNameThatCannotBeOneIsRefused(String name) throws IOException {
        tool(name, "{\"description\": \"a\"}");

        assertThat(refusal()).contains("cannot be the name of a tool");
    }

    @Test
    void aDescriptionNeedsItsProgram() throws IOException {
        tool("deploy", GOOD);
        mode(tools.resolve("deploy"), "rw-r--r--");
        assertThat(refusal()).contains("is not executable: run 'chmod u+x");

        Files.delete(tools.resolve("deploy"));
        assertThat(refusal()).contains("there is no program deploy beside it");
    }

    @Test
    void linksAreRefused() throws IOException {
        tool("deploy", GOOD);
        Path elsewhere = Files.move(tools.resolve("deploy"), root.resolve("elsewhere"));
        Files.createSymbolicLink(tools.resolve("deploy"), elsewhere);
        assertThat(refusal()).contains("deploy is not used, because it is a symbolic link");

        Files.delete(tools.resolve("deploy"));
        Files.move(elsewhere, tools.resolve("deploy"));
        Path json = Files.move(tools.resolve("deploy.json"), root.resolve("d.json"));
        Files.createSymbolicLink(tools.resolve("deploy.json"), json);
        assertThat(refusal()).contains("deploy.json is not used, because it is a symbolic link");
    }

    @Test
    void aFolderThatIsALinkIsRefused() throws IOException {
        tool("deploy", GOOD);
        Path moved = Files.move(root.resolve(".culvert"), root.resolve("moved"));
        Files.createSymbolicLink(root.resolve(".culvert"), moved);

        assertThatThrownBy(this::plugins)
                .hasMessageContaining(".culvert is not used, because it is no folder");
    }

    @Test
    void whatOthersCanWriteIsRefused() throws IOException {
        tool("deploy", GOOD);
        mode(tools.resolve("deploy"), "rwxr-xrwx");
        assertThat(refusal()).contains("can be changed by other users: run 'chmod go-w");

        mode(tools.resolve("deploy"), "rwxr-xr-x");
        mode(tools.resolve("deploy.json"), "rw-r--rw-");
        assertThat(refusal()).contains("can be changed by other users: run 'chmod go-w");

        mode(tools.resolve("deploy.json"), "rw-r--r--");
        mode(tools, "rwxrwxrwx");
        assertThatThrownBy(this::plugins).hasMessageContaining("can be changed by other users");
    }

    private String run(Plugins plugins, String arguments) throws Exception {
        try (WorkTree files = WorkTree.open(root)) {
            BuiltinTool tool =
                    plugins.tools(files, Commands.CONFINED, Map.of("PATH", "/usr/bin:/bin"))
                            .getFirst();
            Arguments given = Arguments.read(arguments);
            tool.plan(given);
            return tool.run(given, new Grant(Limits.DEFAULT, _ -> true, 1 << 16, () -> false));
        }
    }

    @Test
    void aToolReadsItsArgumentsAndAnswersWhatItPutsOut() throws Exception {
        tool("deploy", GOOD);
        Files.writeString(tools.resolve("deploy"), "#!/bin/sh\ncat; echo; pwd\n");

        assertThat(run(plugins(), "{\"service\": \"web\", \"at\": {\"x\": [1.5]}}"))
                .isEqualTo(
                        "{\"service\": \"web\", \"at\": {\"x\": [1.5]}}\n%s\n[exit status 0]"
                                .formatted(root));
    }

    @Test
    void aToolThatHasChangedIsNotRun() throws Exception {
        tool("deploy", GOOD);
        Plugins before = plugins();
        Files.writeString(tools.resolve("deploy"), "#!/bin/sh\necho other\n");

        assertThatThrownBy(() -> run(before, "{}"))
                .hasMessageStartingWith(
                        "the tool 'deploy' is not run: its program has changed since the chat began");
    }

    @Test
    void withoutCommandsThereAreNoTools() throws Exception {
        tool("deploy", GOOD);
        try (WorkTree files = WorkTree.open(root)) {
            assertThat(plugins().tools(files, Commands.OFF, Map.of())).isEmpty();
        }
    }
}
