package dev.culvert.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The guest, or the daemon, is killed between any two steps of an enrolment, and while a key is
 * replaced. The next attempt continues. A step is a frame that is lost, or that has just arrived.
 */
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
class EnrolKillsIT {
    private static final int RECEIVE_BYTES = 64 * 1024;
    private static final Pattern TOKEN = Pattern.compile("\"token\":\"([^\"]+)\"");
    private static final Pattern KEY = Pattern.compile("\"key\":\"([^\"]+)\"");

    private Path directory;
    private DaemonProgram daemon;
    private FrameRelay relay;
    private int names;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        directory = folder;
        daemon = new DaemonProgram(config(), directory.resolve("culvertd.log"), _ -> {});
        relay = new FrameRelay(socket("relay"), socket("join"));
    }

    @AfterAll
    void stop() throws IOException {
        relay.close();
        daemon.close();
    }

    @ParameterizedTest
    @CsvSource({
        "register, false",
        "challenge, false",
        "challenge, true",
        "prove, false",
        "registered, false",
        "registered, true"
    })
    void anEnrolmentGoesOnAfterTheGuestIsKilled(String frame, boolean arrives) throws IOException {
        String name = nextName();
        Path token = token(name);
        CompletableFuture<Program> guest = new CompletableFuture<>();
        CountDownLatch killed = relay.at(frame, arrives, () -> guest.join().close());
        guest.complete(guest(name, token));
        FrameRelay.await(killed);

        try (Program _ = guest(name, token)) {
            assertEnrolled(name);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "register, true",
        "challenge, false",
        "challenge, true",
        "prove, true",
        "registered, false",
        "registered, true"
    })
    void anEnrolmentGoesOnAfterTheDaemonIsKilled(String frame, boolean arrives) throws IOException {
        String name = nextName();
        CountDownLatch killed = relay.at(frame, arrives, this::killDaemon);
        try (Program _ = guest(name, token(name))) {
            FrameRelay.await(killed);

            assertEnrolled(name);
        }
    }

    @ParameterizedTest
    @CsvSource({"challenge, true", "prove, false", "registered, false", "registered, true"})
    void aKeyIsReplacedAlthoughTheGuestIsKilled(String frame, boolean arrives) throws IOException {
        String name = nextName();
        Program first = guest(name, token(name));
        assertEnrolled(name);
        String before = key(name);
        rotate(name, frame, arrives, first::close);
        boolean wroteIt = !frame.equals("challenge"); // else it died before that, or after it

        try (Program _ = guest(name, null)) {
            assertEnrolled(name);
            if (wroteIt) {
                Eventually.await(() -> assertThat(key(name)).isNotEqualTo(before));
            }
        }
        try (Program _ = guest(name, null)) { // with the key that it has now
            assertEnrolled(name);
        }
    }

    @ParameterizedTest
    @CsvSource({"prove, true", "registered, false", "registered, true"})
    void aKeyIsReplacedAlthoughTheDaemonIsKilled(String frame, boolean arrives) throws IOException {
        String name = nextName();
        try (Program _ = guest(name, token(name))) {
            assertEnrolled(name);
            String before = key(name);
            rotate(name, frame, arrives, this::killDaemon);

            assertEnrolled(name);
            Eventually.await(() -> assertThat(key(name)).isNotEqualTo(before));
        }
        try (Program _ = guest(name, null)) {
            assertEnrolled(name);
        }
    }

    private void rotate(String name, String frame, boolean arrives, Runnable action) {
        CountDownLatch done = relay.at(frame, arrives, action);
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        ask("POST", "/api/v1/agents/" + name + "/identity/rotate", "");
                    } catch (UncheckedIOException _) {
                        return; // the daemon was killed
                    }
                });
        FrameRelay.await(done);
    }

    private void killDaemon() {
        try {
            daemon.kill();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whoever it was that died, there is one agent, which has used its token and works. */
    private void assertEnrolled(String name) {
        await(() ->
                assertThat(ask("GET", "/api/v1/agents/" + name, ""))
                        .contains("\"state\":\"ready\"", "\"identity\":{"));
        assertThat(
                        ask(
                                "POST",
                                "/api/v1/agents/" + name + "/message",
                                "{\"role\":\"user\",\"content\":\"here\"}"))
                .contains("\"content\":\"here\"");
        assertThat(ask("GET", "/api/v1/enrollments", ""))
                .containsPattern("\\{[^{}]*\"name\":\"" + name + "\"[^{}]*\"state\":\"used\"");
        assertThat(directory.resolve(name).resolve("agent-identity.json")).isRegularFile();
    }

    private String key(String name) {
        Matcher key = KEY.matcher(ask("GET", "/api/v1/agents/" + name, ""));
        assertThat(key.find()).isTrue();
        return key.group(1);
    }

    private static void await(Runnable assertion) {
        Eventually.await(
                Duration.ofSeconds(60),
                Duration.ofMillis(50),
                () -> {
                    try {
                        assertion.run();
                    } catch (UncheckedIOException e) {
                        throw new AssertionError(e); // the daemon starts
                    }
                });
    }

    private String nextName() {
        return "g" + ++names;
    }

    private Path token(String name) throws IOException {
        Matcher token =
                TOKEN.matcher(ask("POST", "/api/v1/enrollments", "{\"name\":\"" + name + "\"}"));
        assertThat(token.find()).isTrue();
        return Files.writeString(directory.resolve(name + ".token"), token.group(1));
    }

    private Program guest(String name, @Nullable Path token) throws IOException {
        List<String> command = new ArrayList<>(Launch.chosen().guest());
        command.addAll(List.of("--join", "unix://" + socket("relay"), "--runtime", "echo"));
        command.addAll(List.of("--state-dir", directory.resolve(name).toString()));
        if (token != null) {
            command.addAll(List.of("--join-token-file", token.toString()));
        }
        return new Program(command, directory.resolve(name + ".log"));
    }

    private Path config() throws IOException {
        return Files.writeString(
                directory.resolve("culvertd.jsonc"),
                """
                {
                  "http": {"listen": ["tcp://127.0.0.1:0"]},
                  "admin": {"listen": []},
                  "event_loops": 2,
                  "state_dir": "%s",
                  "join": {"listen": ["unix://%s"]}
                }
                """
                        .formatted(directory.resolve("state"), socket("join")));
    }

    private Path socket(String name) {
        return directory.resolve(name + ".sock");
    }

    private String ask(String method, String path, String body) {
        try (HttpCall call = new HttpCall(daemon.endpoint(), Stage.SETTLING, RECEIVE_BYTES)) {
            call.ask(method, path, Map.of(), body);
            return call.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
