package dev.culvert.daemon.client.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.client.workbench.Tool;
import dev.culvert.policy.Action;
import dev.culvert.policy.BadPolicyException;
import dev.culvert.policy.Level;
import dev.culvert.policy.Policy;
import dev.culvert.policy.PolicyFile;
import dev.culvert.policy.Verdict;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LayersTest {
    private static final String OPEN =
            "{\"allowedPaths\": [\".\"], \"allowedCommands\": [\"git\", \"npm\"]}";

    private static Optional<PolicyFile> file(Level level, String text) {
        try {
            return Optional.of(PolicyFile.read(level, level.word() + ".jsonc", text));
        } catch (BadPolicyException e) {
            throw new AssertionError(e);
        }
    }

    private static Layers layers(String host, String project, String user, boolean trusted) {
        return layers(Guard.NONE, host, project, user, trusted);
    }

    private static Layers layers(
            Guard guard, String host, String project, String user, boolean trusted) {
        return new Layers(
                guard,
                host.isEmpty() ? Optional.empty() : file(Level.HOST, host),
                project.isEmpty() ? Optional.empty() : file(Level.PROJECT, project),
                user.isEmpty() ? Optional.empty() : file(Level.USER, user),
                trusted);
    }

    private static Verdict write(Layers layers, String path) {
        return decide(layers, new Action.File("write_file", path, Action.Access.WRITE, 1));
    }

    private static Verdict read(Layers layers, String path) {
        return decide(layers, new Action.File("read_file", path, Action.Access.READ, 1));
    }

    private static Verdict run(Layers layers, String... argv) {
        return decide(
                layers,
                new Action.Command("run_command", List.of(argv), Path.of(""), false, List.of()));
    }

    private static Verdict decide(Layers layers, Action action) {
        return layers.policy().decide(action).verdict();
    }

    @Test
    void withoutAnyPolicyReadingIsAllowedAndTheRestAsked() {
        Layers layers = layers("", "", "", false);

        assertThat(layers.isCautious()).isTrue();
        assertThat(layers.note()).isEmpty();
        assertThat(read(layers, "src/a")).isEqualTo(Verdict.ALLOW);
        assertThat(read(layers, "/etc/passwd")).isEqualTo(Verdict.ASK);
        assertThat(write(layers, "src/a")).isEqualTo(Verdict.ASK);
        assertThat(run(layers, "git", "status")).isEqualTo(Verdict.ASK);
        assertThat(run(layers, "sh", "-c", "true")).isEqualTo(Verdict.ASK);
        assertThat(
                        decide(
                                layers,
                                new Action.Command(
                                        "run_command",
                                        List.of("npm", "install"),
                                        Path.of(""),
                                        true,
                                        List.of())))
                .isEqualTo(Verdict.ASK);
    }

    @Test
    void whatDecidesIsNeverChangedByATool() {
        String everything = "{\"default\": \"allow\"}";
        for (Layers layers :
                List.of(
                        layers("", "", "", false),
                        layers("", everything, everything, true),
                        layers(everything, OPEN, "", true))) {
            for (String path :
                    List.of(
                            "culvert.jsonc",
                            ".culvert/tools/deploy",
                            ".git/hooks/pre-commit",
                            "sub/.git/config",
                            ".GIT/config",
                            "Culvert.J\u017fONC",
                            ".Culvert/TOOLS/x",
                            "/home/me/.culvert/x")) {
                assertThat(write(layers, path)).as(path).isEqualTo(Verdict.DENY);
            }
        }
        assertThat(read(layers("", OPEN, "", true), ".git/config")).isEqualTo(Verdict.ALLOW);
        for (String path : List.of("src/a", ".github/x", ".gitignore", "a.git/x")) {
            assertThat(write(layers("", OPEN, "", true), path)).as(path).isEqualTo(Verdict.ALLOW);
        }
    }

    @Test
    void theFolderOfToolsAndFilesWithTokensAreGuardedWhereverTheyAre() throws Exception {
        Path root = Path.of("/home/me/p");
        Guard guard =
                Guard.of(
                        root,
                        root.resolve("Tools/ai"),
                        List.of(root.resolve("~team.key"), Path.of("/home/me/key")));
        Layers layers =
                layers(guard, "", "{\"default\": \"allow\"}", "{\"default\": \"allow\"}", true);

        assertThat(write(layers, "tools/ai/deploy")).isEqualTo(Verdict.DENY);
        assertThat(write(layers, ".git/x")).isEqualTo(Verdict.DENY);
        assertThat(read(layers, "Tools/ai/deploy")).isEqualTo(Verdict.ALLOW);
        assertThat(write(layers, "Tools/x")).isEqualTo(Verdict.ALLOW);
        for (String path : List.of("~team.key", "~TEAM.key", "/home/me/key")) {
            assertThat(read(layers, path)).as(path).isEqualTo(Verdict.DENY);
            assertThat(write(layers, path)).as(path).isEqualTo(Verdict.DENY);
        }
        assertThat(read(layers, "sub/~team.key")).isEqualTo(Verdict.ALLOW);
        assertThatThrownBy(() -> Guard.of(root, root.resolve("x".repeat(1_001)), List.of()))
                .hasMessageContaining("is too long");
    }

    @Test
    void aProjectThatIsNotTrustedCannotAllowWithoutAsking() {
        Layers layers = layers("", OPEN, "", false);

        assertThat(run(layers, "git", "status")).isEqualTo(Verdict.ASK);
        assertThat(write(layers, "src/a")).isEqualTo(Verdict.ASK);
        assertThat(run(layers, "rm", "-r", "x")).isEqualTo(Verdict.DENY);
        assertThat(layers.note()).contains("culvert policy trust");
    }

    @Test
    void aTrustedOneCan() {
        Layers layers = layers("", OPEN, "", true);

        assertThat(run(layers, "git", "status")).isEqualTo(Verdict.ALLOW);
        assertThat(write(layers, "src/a")).isEqualTo(Verdict.ALLOW);
        assertThat(layers.note()).isEmpty();
    }

    @Test
    void thatAProjectIsTrustedSaysNothingWhereItHasNoPolicy() {
        Layers layers = layers("", "{\"agentUrl\": \"https://host/agents/a\"}", "", true);

        assertThat(write(layers, "src/a")).isEqualTo(Verdict.ASK);
    }

    @Test
    void theUsersOwnPolicyTakesThePlaceOfTheCaution() {
        Layers layers = layers("", OPEN, "{\"allowedCommands\": [\"git\", \"ls\"]}", false);

        assertThat(run(layers, "git", "status")).isEqualTo(Verdict.ALLOW);
        assertThat(run(layers, "npm", "test")).isEqualTo(Verdict.DENY);
        assertThat(run(layers, "ls")).isEqualTo(Verdict.DENY);
        assertThat(layers.note()).isEmpty();
    }

    @Test
    void settingsAreNoPolicy() {
        Layers layers = layers("", "", "{\"agentUrl\": \"https://host\"}", false);

        assertThat(layers.isCautious()).isTrue();
    }

    @Test
    void aFileThatSaysNothingOfItsOwnAllowsNothing() {
        for (String user : List.of("{\"rules\": []}", "{\"rules\": null}", "{\"default\": null}")) {
            Layers layers = layers("", "", user, false);

            assertThat(layers.isCautious()).as(user).isTrue();
            assertThat(run(layers, "git", "status")).as(user).isEqualTo(Verdict.ASK);
        }
        assertThat(run(layers("", "", "{\"allowedCommands\": []}", false), "git"))
                .isEqualTo(Verdict.DENY);
        assertThat(run(layers("", "", "{\"default\": \"allow\"}", false), "git"))
                .isEqualTo(Verdict.ALLOW);
    }

    @Test
    void theMachineNarrowsEverybody() {
        Layers layers =
                layers(
                        "{\"default\": \"allow\", \"rules\": [{\"decision\": \"deny\", \"command\": [\"git\", \"push\"]}]}",
                        OPEN,
                        "{\"default\": \"allow\"}",
                        true);

        assertThat(run(layers, "git", "push")).isEqualTo(Verdict.DENY);
        assertThat(run(layers, "git", "log")).isEqualTo(Verdict.ALLOW);
    }

    @Test
    void aPolicyIsOfAProjectAndItsUser() throws Exception {
        Project project = new Project(Path.of("/p"), file(Level.PROJECT, OPEN), "");
        Policy policy =
                Layers.policy(
                        project,
                        file(Level.USER, "{\"default\": \"allow\", \"blockedPaths\": [\"keys\"]}"));

        assertThat(
                        policy.decide(new Action.File("read_file", "keys/a", Action.Access.READ, 1))
                                .verdict())
                .isEqualTo(Verdict.DENY);
        assertThat(policy.files().stream().map(PolicyFile::level))
                .containsExactly(Level.BUILT_IN, Level.PROJECT, Level.USER);
    }

    @Test
    void toolsOfTheInfrastructureThatOnlyLookAreNotAskedAbout() {
        Policy policy =
                new Layers(Guard.NONE, Optional.empty(), Optional.empty(), Optional.empty(), false)
                        .policy();
        for (Tool tool : Tool.values()) {
            boolean looks = tool != Tool.APPLY && tool != Tool.RUN_FLOW;
            assertThat(policy.decide(new Action.Tool(tool.label())).verdict())
                    .as(tool.label())
                    .isEqualTo(looks ? Verdict.ALLOW : Verdict.ASK);
        }
        Action program =
                new Action.Command(
                        "status", List.of(".culvert/tools/status"), Path.of("."), false, List.of());
        assertThat(policy.decide(program).verdict()).isEqualTo(Verdict.ASK);
    }
}
