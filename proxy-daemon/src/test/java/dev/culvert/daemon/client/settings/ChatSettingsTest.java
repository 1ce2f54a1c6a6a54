package dev.culvert.daemon.client.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.Target;
import dev.culvert.daemon.client.TargetOptions;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Terminal;
import dev.culvert.policy.Action;
import dev.culvert.policy.Verdict;
import dev.culvert.tools.Commands;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatSettingsTest {
    @TempDir private Path temporary;
    private final Map<String, String> environment = new HashMap<>();
    private Path home;
    private Path own;
    private Path root;
    private Optional<String> url = Optional.empty();

    @BeforeEach
    void makeFolders() throws IOException {
        home = Files.createDirectory(temporary.toRealPath().resolve("home"));
        own = Files.createDirectories(home.resolve(".config/culvert"));
        root = Files.createDirectory(home.resolve("project"));
        environment.put("HOME", home.toString());
    }

    private Session session() {
        TargetOptions options =
                new TargetOptions(
                        url,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Duration.ofSeconds(5));
        Surroundings around =
                new Surroundings(
                        environment,
                        InputStream.nullInputStream(),
                        new PrintWriter(Writer.nullWriter()),
                        new PrintWriter(Writer.nullWriter()),
                        new Surroundings.Place(own, List.of(), Terminal.NONE, _ -> {}));
        return new Session(around, () -> options, () -> Format.TABLE, () -> Session.Colour.NEVER);
    }

    private ChatSettings settings() throws IOException {
        return ChatSettings.find(root, session().around());
    }

    private Target target() throws IOException {
        return settings().target(session());
    }

    private static Path write(Path folder, String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    private void project(String text) throws IOException {
        write(root, "culvert.jsonc", text);
    }

    private void user(String text) throws IOException {
        write(own, "culvert.jsonc", text);
    }

    private void context(String url, String agent) throws IOException {
        Path token = write(own, "prod.token", "cvt_prod_1\n");
        write(
                own,
                "contexts.jsonc",
                """
                {"current": "prod", "contexts": {"prod":
                  {"url": "%s", "token_file": "%s", "agent": "%s"}}}
                """
                        .formatted(url, token, agent));
    }

    @Test
    void thereAreDefaults() throws IOException {
        ChatSettings settings = settings();

        assertThat(settings.project().root()).isEqualTo(root);
        assertThat(settings.sessionTimeout()).isEqualTo(Duration.ofHours(24));
        assertThat(settings.autoCommit()).isFalse();
        assertThat(settings.telemetryUrl()).isEmpty();
        assertThat(settings.commands()).isEqualTo(Commands.CONFINED);
        assertThat(settings.agent(session())).isEmpty();
        assertThat(target().server()).hasToString("http://127.0.0.1:8470");
        assertThat(settings.layers().isCautious()).isTrue();
        assertThat(settings.plugins().all()).isEmpty();
    }

    @Test
    void theProjectGoesBeforeTheUserAndTheUserBeforeDefaults() throws IOException {
        user("{\"sessionTimeout\": \"2h\", \"autoCommit\": true}");
        assertThat(settings().sessionTimeout()).isEqualTo(Duration.ofHours(2));
        assertThat(settings().autoCommit()).isTrue();

        project("{\"sessionTimeout\": \"1h\", \"autoCommit\": false}");
        assertThat(settings().sessionTimeout()).isEqualTo(Duration.ofHours(1));
        assertThat(settings().autoCommit()).isFalse();
    }

    @Test
    void onlyTheUserSaysWhatIsAboutTheMachine() throws IOException {
        user(
                """
                {"commands": "off", "telemetryUrl": "http://127.0.0.1:4318",
                 "localRuntime": "http://127.0.0.1:11434", "localModel": "m",
                 "localRuntimeKind": "anthropic", "localKeyFile": "/k"}
                """);
        ChatSettings settings = settings();

        assertThat(settings.commands()).isEqualTo(Commands.OFF);
        assertThat(settings.telemetryUrl()).contains("http://127.0.0.1:4318");
        assertThat(settings.local().runtime()).contains("http://127.0.0.1:11434");
        assertThat(settings.local().model()).contains("m");
        assertThat(settings.local().kind()).contains("anthropic");
        assertThat(settings.local().keyFile()).contains(Path.of("/k"));

        user("{\"localKeyFile\": \"~/k\"}");
        assertThat(settings().local().keyFile()).contains(home.resolve("k"));
        user("{\"commands\": \"unconfined\"}");
        assertThat(settings().commands()).isEqualTo(Commands.UNCONFINED);
        project("{\"commands\": \"unconfined\"}");
        assertThatThrownBy(this::settings).hasMessageContaining("unknown key 'commands'");
    }

    @Test
    void theContextSaysTheAgentWhereNobodyElseDoes() throws IOException {
        context("https://culvert.example", "coder");
        assertThat(settings().agent(session())).contains("coder");

        user("{\"agentUrl\": \"https://culvert.example/agents/writer\"}");
        assertThat(settings().agent(session())).contains("writer");
        project("{\"agentUrl\": \"https://culvert.example/api/v1/agents/tester\"}");
        assertThat(settings().agent(session())).contains("tester");
    }

    @Test
    void aProjectsDaemonIsUsedWithTheTokenThatTheUserHasForIt() throws IOException {
        context("https://culvert.example:443/", "");
        project("{\"agentUrl\": \"https://culvert.example/agents/coder\"}");

        assertThat(target().server()).hasToString("https://culvert.example");
        assertThat(target().token()).isEqualTo("cvt_prod_1");
        assertThat(target().saidBy()).isEqualTo("agentUrl of the project's file");
    }

    /** Or a project that somebody has cloned could take any secret. */
    @Test
    void nothingIsSentToADaemonThatOnlyTheProjectNames() throws IOException {
        context("https://culvert.example", "");
        environment.put("CULVERT_TOKEN", "cvt_mine_1");
        environment.put("OTHER_KEY", "secret");
        project(
                """
                {"agentUrl": "https://evil.example/agents/a", "apiKey": "${OTHER_KEY}"}
                """);

        assertThatThrownBy(this::target)
                .hasMessage(
                        "the project's file names the daemon at https://evil.example, which you have not set up, so nothing is sent there: run culvert setup --url https://evil.example, or choose a daemon with --url");
    }

    @Test
    void whatTheUserSaysNowGoesBeforeTheProject() throws IOException {
        project("{\"agentUrl\": \"https://evil.example/agents/a\"}");
        url = Optional.of("http://127.0.0.1:1");
        assertThat(target().server()).hasToString("http://127.0.0.1:1");

        url = Optional.empty();
        environment.put("CULVERT_URL", "http://127.0.0.1:2");
        assertThat(target().server()).hasToString("http://127.0.0.1:2");
    }

    @Test
    void theKeyComesFromAVariableOrAFile() throws IOException {
        environment.put("MY_KEY", "cvt_env_1");
        user("{\"agentUrl\": \"unix:///d.sock/agents/a\", \"apiKey\": \"${MY_KEY}\"}");
        assertThat(target().token()).isEqualTo("cvt_env_1");
        assertThat(target().server()).hasToString("unix:///d.sock");

        write(home, "key", "cvt_file_1\n");
        user("{\"agentUrl\": \"http://h:1\", \"apiKey\": {\"file\": \"~/key\"}}");
        assertThat(target().token()).isEqualTo("cvt_file_1");

        context("http://h:1", "");
        user("{}");
        write(root, "team.key", "cvt_team_1\n");
        project("{\"agentUrl\": \"http://h:1\", \"apiKey\": {\"file\": \"team.key\"}}");
        trust();
        assertThat(target().token()).isEqualTo("cvt_team_1");

        Files.setPosixFilePermissions(
                root.resolve("team.key"), PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(this::target).hasMessageContaining("can be read or changed by others");
    }

    private void trust() throws IOException {
        new Trust(own).trust(settings().project(), settings().plugins());
    }

    private void assertNotSent(String key) throws IOException {
        project("{\"agentUrl\": \"http://h:1\", \"apiKey\": %s}".formatted(key));
        trust();
        assertThatThrownBy(this::target)
                .hasMessageContaining("the project's file takes the token from")
                .hasMessageContaining("so nothing is sent")
                .message()
                .doesNotContain("hidden");
    }

    /** Or it could send any secret of the user to a daemon that the user shares with others. */
    @Test
    void aProjectCannotChooseAnySecretOfTheUser() throws IOException {
        context("http://h:1", "");
        environment.put("AWS_SECRET_ACCESS_KEY", "hidden");
        environment.put("CULVERT_TEAM", "cvt_team_1");
        Path secret = write(home, "secret", "hidden\n");
        Files.createSymbolicLink(root.resolve("link"), secret);

        assertNotSent("\"${AWS_SECRET_ACCESS_KEY}\"");
        assertNotSent("{\"file\": \"~/secret\"}");
        assertNotSent("{\"file\": \"../secret\"}");
        assertNotSent("{\"file\": \"link\"}");
        assertNotSent("{\"file\": \"%s\"}".formatted(secret));

        project("{\"agentUrl\": \"http://h:1\", \"apiKey\": \"${CULVERT_TEAM}\"}");
        trust();
        assertThat(target().token()).isEqualTo("cvt_team_1");
    }

    @Test
    void aVariableOfAContextMayHaveAnyName() throws IOException {
        environment.put("TEAM", "cvt_team_1");
        write(
                own,
                "contexts.jsonc",
                "{\"contexts\": {\"team\": {\"url\": \"http://h:1\", \"token_env\": \"TEAM\"}}}");
        project("{\"agentUrl\": \"http://h:1\", \"apiKey\": \"${TEAM}\"}");
        trust();

        assertThat(target().token()).isEqualTo("cvt_team_1");
    }

    @Test
    void theTokenThatAProjectNamesIsSentOnlyWhereItIsTrusted() throws IOException {
        context("http://h:1", "");
        write(root, "team.key", "cvt_team_1\n");
        project("{\"agentUrl\": \"http://h:1\", \"apiKey\": {\"file\": \"team.key\"}}");
        assertThatThrownBy(this::target)
                .hasMessageContaining("the project is not trusted, so nothing is sent")
                .hasMessageContaining("culvert policy trust");

        trust();
        assertThat(target().token()).isEqualTo("cvt_team_1");
        assertThat(decided("team.key", Action.Access.READ)).isEqualTo(Verdict.DENY);
        assertThat(decided("other.key", Action.Access.READ)).isEqualTo(Verdict.ALLOW);

        project("{\"agentUrl\": \"http://h:1\", \"apiKey\": {\"file\": \"other.key\"}}");
        assertThatThrownBy(this::target).hasMessageContaining("is not trusted");
    }

    private Verdict decided(String path, Action.Access access) throws IOException {
        return settings()
                .layers()
                .policy()
                .decide(new Action.File("read_file", path, access, 1))
                .verdict();
    }

    @Test
    void trustEndsWhenThePolicyOrAToolChanges() throws IOException {
        project("{\"allowedCommands\": [\"git\"]}");
        tool("deploy", "#!/bin/sh\n");
        Trust trust = new Trust(own);
        trust.trust(settings().project(), settings().plugins());
        assertThat(settings().layers().isCautious()).isFalse();

        project("{/* a comment */ \"allowedCommands\": [\"git\"], \"projectType\": \"x\"}");
        assertThat(settings().layers().isTrusted()).isTrue();
        project("{\"allowedCommands\": [\"git\", \"rm\"]}");
        assertThat(settings().layers().isTrusted()).isFalse();

        trust.trust(settings().project(), settings().plugins());
        assertThat(settings().layers().isTrusted()).isTrue();
        tool("deploy", "#!/bin/sh\nrm -r x\n");
        assertThat(settings().layers().isTrusted()).isFalse();

        trust.trust(settings().project(), settings().plugins());
        assertThat(trust.forget(settings().project())).isTrue();
        assertThat(settings().layers().isTrusted()).isFalse();
        assertThat(trust.forget(settings().project())).isFalse();
        assertThat(Files.getPosixFilePermissions(own.resolve("trusted.jsonc")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    /** Git works with what the project has: filters, and what programs of a turn leave there. */
    @Test
    void aProjectCanAskForCommitsOnlyWhereItIsTrusted() throws IOException {
        String asks = "{\"allowedCommands\": [\"git\"], \"autoCommit\": true}";
        project("{\"allowedCommands\": [\"git\"]}");
        new Trust(own).trust(settings().project(), settings().plugins());
        project(asks);
        assertThat(settings().layers().isTrusted()).isFalse();
        assertThat(settings().autoCommit()).isFalse();
        assertThat(settings().notes())
                .anySatisfy(note -> assertThat(note).contains("autoCommit is not used"));

        user("{\"autoCommit\": true}");
        assertThat(settings().autoCommit()).isTrue();

        user("{}");
        new Trust(own).trust(settings().project(), settings().plugins());
        assertThat(settings().autoCommit()).isTrue();
        assertThat(settings().notes()).isEmpty();
    }

    @Test
    void theSettingsSayWhereToolsAre() throws IOException {
        Files.createDirectories(root.resolve("tools/ai"));
        tool("tools/ai", "deploy", "#!/bin/sh\n");
        assertThat(settings().plugins().all()).isEmpty();

        project("{\"toolsPath\": \"tools/ai\"}");
        assertThat(settings().plugins().all())
                .extracting(it -> it.program().path())
                .containsExactly("tools/ai/deploy");
        assertThat(decided("tools/AI/deploy", Action.Access.WRITE)).isEqualTo(Verdict.DENY);
        project("{\"toolsPath\": \"../elsewhere\"}");
        assertThatThrownBy(this::settings)
                .hasMessage(
                        "toolsPath is '../elsewhere', which is not below %s: name a folder in it"
                                .formatted(root));
    }

    private void tool(String name, String program) throws IOException {
        tool(".culvert/tools", name, program);
    }

    private void tool(String folder, String name, String program) throws IOException {
        Path tools = Files.createDirectories(root.resolve(folder));
        write(tools, name + ".json", "{\"description\": \"does it\"}");
        Files.setPosixFilePermissions(
                write(tools, name, program), PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
