package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The daemon and the guest as they are shipped, each a process of its own, over a Unix socket. */
@Timeout(90)
class ImagesIT {
    private static final Path DAEMON = Path.of("target/culvertd/bin/culvertd").toAbsolutePath();
    private static final Path AGENT =
            Path.of("../guest-agent/target/culvert-agent/bin/culvert-agent").toAbsolutePath();

    @TempDir Path directory;

    private record Shipped(Process process, BufferedReader out) implements AutoCloseable {
        static Shipped start(Path launcher, String... arguments) throws IOException {
            List<String> command = new ArrayList<>(List.of(launcher.toString()));
            command.addAll(List.of(arguments));
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().clear();
            Process process = builder.start();
            return new Shipped(process, process.inputReader(UTF_8));
        }

        String listening() throws IOException {
            String line = String.valueOf(out.readLine());
            assertThat(line).startsWith("listening on ");
            return line.substring("listening on ".length());
        }

        /** Its exit code, once it has been told to stop. */
        int stop() throws InterruptedException {
            process.toHandle().destroy();
            return exitCode();
        }

        int exitCode() throws InterruptedException {
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        }

        String errors() throws IOException {
            return new String(process.getErrorStream().readAllBytes(), UTF_8);
        }

        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }

    @Test
    void serveAndStopWellAndLogNoMoreThanAskedFor() throws Exception {
        try (Shipped agent = agent("0s");
                Shipped daemon = daemon();
                HttpClient client = HttpClient.newHttpClient()) {
            agent.listening();
            URI uri = URI.create(daemon.listening());
            awaitState(client, uri, "ready");

            assertThat(ask(client, uri, "/api/v1/agents/vm/message"))
                    .startsWith("{\"content\":\"hi\",\"finish_reason\":\"stop\"");
            assertThat(ask(client, uri, "/api/v1/agents/vm/stream"))
                    .contains("event: chunk", "\"content\":\"hi\"", "event: done");
            assertThat(get(client, uri, "/metrics")).contains("culvert_build_info");
            assertThat(get(client, uri, "/openapi.yaml")).startsWith("openapi: 3.1");

            assertThat(daemon.stop()).isZero();
            assertThat(daemon.errors()).isEmpty();
            assertThat(agent.stop()).isZero();
            assertThat(agent.errors()).isEmpty();
        }
    }

    @Test
    void anAgentThatIsKilledEndsItsStreamWithAnErrorAndIsFoundAgain() throws Exception {
        try (Shipped daemon = daemon();
                HttpClient client = HttpClient.newHttpClient()) {
            URI uri = URI.create(daemon.listening());
            HttpResponse<InputStream> stream;
            try (Shipped agent = agent("1h")) {
                agent.listening();
                awaitState(client, uri, "ready");
                stream =
                        client.send(
                                post(
                                        uri.resolve("/agents/vm/stream"),
                                        "{\"role\":\"user\",\"content\":\"a b\"}"),
                                BodyHandlers.ofInputStream());
                agent.process().destroyForcibly();
                awaitState(client, uri, "unreachable");
            }
            try (Shipped again = agent("0s");
                    BufferedReader lines =
                            new BufferedReader(new InputStreamReader(stream.body(), UTF_8))) {
                again.listening();

                // The new process knows nothing of the turn, and that is when it is lost.
                assertThat(lines.lines().toList())
                        .contains("event: error")
                        .doesNotContain("event: done")
                        .anyMatch(line -> line.contains("\"code\":\"link_lost\""));
                awaitState(client, uri, "ready");
                assertThat(ask(client, uri, "/agents/vm/message")).contains("\"content\":\"hi\"");
            }
        }
    }

    @Test
    void aWrongFlagIsOneSentenceAndExitCodeTwo() throws Exception {
        for (Path launcher : List.of(DAEMON, AGENT)) {
            try (Shipped wrong = Shipped.start(launcher, "--lissen", "x")) {
                assertThat(wrong.exitCode()).isEqualTo(2);
                assertThat(wrong.errors()).contains("--lissen").contains("--help").hasLineCount(1);
            }
        }
    }

    private Shipped agent(String echoDelay) throws IOException {
        return Shipped.start(
                AGENT,
                "--listen",
                "unix://" + socket(),
                "--runtime",
                "echo",
                "--echo-delay",
                echoDelay,
                "--log-level",
                "error");
    }

    private Shipped daemon() throws IOException {
        return Shipped.start(
                DAEMON,
                "serve",
                "--http",
                "tcp://127.0.0.1:0",
                "--agent",
                "vm=unix://" + socket(),
                "--log-level",
                "error");
    }

    private Path socket() {
        return directory.resolve("vm");
    }

    private static void awaitState(HttpClient client, URI daemon, String state) {
        Eventually.await(
                Duration.ofSeconds(30),
                () ->
                        assertThat(get(client, daemon, "/api/v1/agents/vm"))
                                .contains("\"state\":\"" + state + "\""));
    }

    private static String ask(HttpClient client, URI daemon, String path) throws Exception {
        String body = MESSAGE.replaceAll("\"content\":\"[^\"]*\"", "\"content\":\"hi\"");
        return client.send(post(daemon.resolve(path), body), BodyHandlers.ofString()).body();
    }

    private static HttpRequest post(URI uri, String body) {
        return HttpRequest.newBuilder(uri)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    private static String get(HttpClient client, URI daemon, String path) {
        try {
            HttpRequest request = HttpRequest.newBuilder(daemon.resolve(path)).build();
            return client.send(request, BodyHandlers.ofString()).body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
