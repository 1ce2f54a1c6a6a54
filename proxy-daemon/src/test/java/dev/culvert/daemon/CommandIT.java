package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** {@code culvert} as it is shipped: with the daemon, and alone. */
@Timeout(90)
@TestInstance(Lifecycle.PER_CLASS)
class CommandIT {
    static final Path[] LAUNCHERS = {
        Path.of("target/culvertd/bin/culvert").toAbsolutePath(),
        Path.of("target/culvert/bin/culvert").toAbsolutePath()
    };

    private Shipped agent;
    private ShippedDaemon daemon;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        String address = "unix://" + folder.resolve("agent");
        agent = Shipped.echo(address, "--echo-delay", "100ms");
        agent.listening();
        daemon = ShippedDaemon.start(address);
        daemon.awaitState("vm", "ready");
    }

    @AfterAll
    void stop() {
        daemon.close();
        agent.close();
    }

    private Shipped run(Path launcher, String... arguments) throws IOException {
        return Shipped.start(Map.of("CULVERT_URL", daemon.url()), launcher, arguments);
    }

    @ParameterizedTest
    @FieldSource("LAUNCHERS")
    void usesItsCacheAndAnswers(Path launcher) throws Exception {
        Map<String, String> environment =
                Map.of("CULVERT_URL", daemon.url(), "CULVERT_JAVA_OPTIONS", "-XX:AOTMode=on");
        try (Shipped agents = Shipped.start(environment, launcher, "agents", "-o", "name")) {
            assertThat(agents.out().readLine()).isEqualTo("vm");
            assertThat(agents.exitCode()).isZero();
            assertThat(agents.errors()).isEmpty();
        }
    }

    @ParameterizedTest
    @FieldSource("LAUNCHERS")
    void ctrlCCancelsTheTurnAndSaysHowLongThatTook(Path launcher) throws Exception {
        try (Shipped stream = run(launcher, "stream", "vm", "one two three ".repeat(200))) {
            assertThat((char) stream.out().read()).isEqualTo('o');

            DaemonProcess.signal(stream.process().pid(), "INT");

            assertThat(stream.exitCode()).isEqualTo(130);
            assertThat(stream.errors())
                    .matches("culvert: cancelled: the agent stopped within [0-9.]+ (µs|ms|s)\n");
            Eventually.await(
                    () -> assertThat(turns()).as("turns in progress").doesNotContain("\"turn\""));
        }
    }

    private String turns() {
        try {
            return daemon.get("/api/v1/turns").body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void withoutADaemonTheExitCodeIsThree() throws Exception {
        try (Shipped agents =
                Shipped.start(LAUNCHERS[0], "agents", "--url", "unix:///nowhere/http.sock")) {
            assertThat(agents.exitCode()).isEqualTo(3);
            assertThat(agents.errors()).startsWith("culvert: the daemon at unix:///nowhere");
        }
    }
}
