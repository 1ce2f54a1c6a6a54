package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.EventReader.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The daemon and the guest as they are shipped, each a process of its own, over a Unix socket. */
@Timeout(90)
@TestInstance(Lifecycle.PER_CLASS)
class ImagesIT implements ImagesContract {
    private Path directory;
    private Shipped agent;
    private ShippedDaemon daemon;

    @BeforeAll
    void start(@TempDir Path shared) throws IOException {
        directory = shared;
        agent = Shipped.echo(socket("shared"));
        agent.listening();
        daemon = ShippedDaemon.start(socket("shared"));
        daemon.awaitState("vm", "ready");
    }

    @AfterAll
    void stop() {
        daemon.close();
        agent.close();
    }

    @Override
    public ShippedDaemon daemon() {
        return daemon;
    }

    @Test
    void theDaemonLeavesNothingInTemporaryDirectoriesWhenItIsKilled() throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        Path settings = directory.resolve("killed.jsonc");
        Files.writeString(
                settings,
                "{\"state_dir\": \"%s\", \"admin\": {\"listen\": []}}"
                        .formatted(directory.resolve("state")));
        Map<String, String> environment =
                Map.of("CULVERT_JAVA_OPTIONS", "-Djava.io.tmpdir=" + temporary);
        try (Shipped killed =
                Shipped.start(
                        environment,
                        Shipped.DAEMON,
                        "serve",
                        "--config",
                        settings.toString(),
                        "--http",
                        "tcp://127.0.0.1:0")) {
            killed.listening();
            assertThat(directory.resolve("state/culvert.db")).exists();

            killed.process().destroyForcibly().waitFor();

            assertThat(temporary).isEmptyDirectory();
        }
    }

    @Test
    void serveAndStopWellAndLogNoMoreThanAskedFor() throws Exception {
        try (Shipped guest = Shipped.echo(socket("vm"));
                ShippedDaemon host = ShippedDaemon.start(socket("vm"))) {
            guest.listening();
            host.awaitState("vm", "ready");

            assertThat(host.get("/metrics").body()).contains("culvert_build_info");
            assertThat(host.get("/openapi.yaml").body()).startsWith("openapi: 3.1");

            assertThat(host.process().stop()).isZero();
            assertThat(host.process().errors()).isEmpty();
            assertThat(guest.stop()).isZero();
            assertThat(guest.errors()).isEmpty();
        }
    }

    /** The next one cannot know of the turn, and says so by what it announces. */
    @Test
    void anAgentThatIsKilledIsFoundAgainAndItsStreamThenEndsWithAnError() throws Exception {
        try (ShippedDaemon host = ShippedDaemon.start(socket("vm"));
                Shipped killed = Shipped.echo(socket("vm"), "--echo-delay", "1h")) {
            killed.listening();
            host.awaitState("vm", "ready");
            try (EventReader stream = host.stream("a b")) {
                assertThat(stream.next().type()).isEqualTo("chunk");

                killed.kill();
                host.awaitState("vm", "unreachable");
                try (Shipped again = Shipped.echo(socket("vm"))) {
                    again.listening();

                    List<Event> rest = stream.rest();
                    assertThat(rest).extracting(Event::type).containsExactly("error");
                    assertThat(rest.getFirst().data()).contains("\"code\":\"link_lost\"");
                    host.awaitState("vm", "ready");
                    assertThat(host.answer("hi")).contains("\"content\":\"hi\"");
                }
            }
        }
    }

    @Test
    void aWrongFlagIsOneSentenceAndExitCodeTwo() throws Exception {
        for (Path launcher : List.of(Shipped.DAEMON, Shipped.AGENT)) {
            try (Shipped wrong = Shipped.start(launcher, "--lissen", "x")) {
                assertThat(wrong.exitCode()).isEqualTo(2);
                assertThat(wrong.errors()).contains("--lissen").contains("--help").hasLineCount(1);
            }
        }
    }

    private String socket(String name) {
        return "unix://" + directory.resolve(name);
    }
}
