package dev.culvert.daemon.client.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.TargetOptions;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Terminal;
import dev.culvert.policy.UserSettings;
import dev.culvert.testing.Eventually;
import dev.culvert.value.Value;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With the real programs, as processes. */
@Timeout(120)
class LocalAgentTest {
    private static final LocalRuntime ECHO =
            LocalRuntime.of(
                    Optional.of("echo"),
                    Optional.empty(),
                    Optional.empty(),
                    UserSettings.Local.NONE);

    @TempDir private Path folder;
    private final Map<String, String> environment = new HashMap<>();
    private Path bin;
    private Path root;

    @BeforeEach
    void installPrograms() throws IOException {
        bin = Files.createDirectory(folder.resolve("bin"));
        root = Files.createDirectory(folder.resolve("project"));
        Path runtime = Files.createDirectory(folder.resolve("run"));
        install("culvertd", "dev.culvert.daemon.cli.Main");
        install("culvert-agent", "dev.culvert.guest.cli.CulvertAgent");
        environment.put("PATH", bin + ":/usr/bin:/bin");
        environment.put("HOME", folder.toString());
        environment.put("XDG_RUNTIME_DIR", runtime.toString());
        environment.put("CULVERT_HTTP_LISTEN", "nonsense");
        environment.put("CULVERT_AGENT_JOIN", "wss://nowhere.example");
    }

    private void install(String name, String main) throws IOException {
        String script =
                """
                #!/bin/sh
                exec %s -XX:TieredStopAtLevel=1 -Xshare:auto --enable-native-access=ALL-UNNAMED \
                --sun-misc-unsafe-memory-access=allow -cp '%s' %s "$@"
                """
                        .formatted(
                                Path.of(System.getProperty("java.home"), "bin", "java"),
                                System.getProperty("java.class.path"),
                                main);
        executable(name, script);
    }

    private void executable(String name, String script) throws IOException {
        Path file = Files.writeString(bin.resolve(name), script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Surroundings around() {
        return new Surroundings(
                environment,
                InputStream.nullInputStream(),
                new PrintWriter(Writer.nullWriter()),
                new PrintWriter(Writer.nullWriter()),
                new Surroundings.Place(folder, List.of(), Terminal.NONE, _ -> {}));
    }

    private LocalAgent start() throws IOException {
        return LocalAgent.start(root, ECHO, around());
    }

    /** Not if it has ended and nobody has asked how: the test's process may adopt orphans. */
    private static boolean isAlive(long pid) {
        try {
            String state = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return state.charAt(state.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException _) {
            return false;
        }
    }

    @Test
    void anAgentAnswersAndBothProcessesEndWithIt() throws Exception {
        List<Long> pids;
        try (LocalAgent local = start()) {
            pids = new ArrayList<>(local.pids());
            Api api =
                    local.target()
                            .api(
                                    new TargetOptions(
                                            Optional.empty(),
                                            Optional.empty(),
                                            Optional.empty(),
                                            Optional.empty(),
                                            Duration.ofSeconds(20)));
            Value answer =
                    api.ask(
                            Request.post(
                                    "/api/v1/agents/local/message",
                                    Value.members("role", "user", "content", "hello")));
            assertThat(answer.text("content")).isEqualTo("hello");

            assertThatThrownBy(this::start)
                    .hasMessage(
                            "another culvert chat --local runs in %s: end it first, or work in another folder"
                                    .formatted(root));
            assertThat(Files.getPosixFilePermissions(local.folder()))
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        }

        assertThat(pids).hasSize(2).noneMatch(LocalAgentTest::isAlive);
        try (Stream<Path> left = Files.list(folder.resolve("run"))) {
            assertThat(left).isEmpty();
        }
        assertThat(folder.resolve(".local/state/culvert/local")).isDirectory();
    }

    @Test
    void aProgramThatIsNotInstalledIsNamed() throws IOException {
        Files.delete(bin.resolve("culvert-agent"));

        assertThatThrownBy(this::start)
                .hasMessageContaining("--local needs culvert-agent")
                .hasMessageContaining("install the package");
    }

    @Test
    void aProgramThatStopsAtOnceIsToldWithItsLastWords() throws IOException {
        executable("culvert-agent", "#!/bin/sh\necho 'runtime is a bad URL'\nexit 2\n");

        assertThatThrownBy(this::start)
                .hasMessageContaining("culvert-agent has stopped at once: runtime is a bad URL");
        executable("culvert-agent", "#!/bin/sh\nexit 2\n");
        assertThatThrownBy(this::start).hasMessageContaining("culvert-agent has stopped at once");
    }

    @Test
    void aChildEndsWhenItsParentIsKilled() throws Exception {
        Path pid = folder.resolve("pid");
        executable(
                "sleeper",
                "#!/bin/sh\necho $$ > %s\necho 'listening on x'\nexec sleep 300\n".formatted(pid));
        Process parent =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                ParentOfAChild.class.getName(),
                                bin.resolve("sleeper").toString(),
                                folder.resolve("log").toString())
                        .redirectErrorStream(true)
                        .start();
        assertThat(parent.inputReader().readLine()).isEqualTo("started");
        long child = Long.parseLong(Files.readString(pid).strip());
        assertThat(isAlive(child)).isTrue();

        parent.destroyForcibly().waitFor();

        Eventually.await(() -> assertThat(isAlive(child)).isFalse());
    }
}
