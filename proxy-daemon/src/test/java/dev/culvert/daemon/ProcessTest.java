package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.testing.Eventually;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvertd} as a process of its own, which is told what to do by signals. */
@Timeout(60)
class ProcessTest {
    @TempDir Path directory;

    @Test
    void reloadsOnSighupAndDrainsOnSigterm() throws Exception {
        Path file = directory.resolve("culvertd.jsonc");
        try (ScriptedGuest guest = ScriptedGuest.start();
                HttpClient client = HttpClient.newHttpClient()) {
            Files.writeString(file, "{}");
            Process process =
                    start("serve", "--config", file.toString(), "--http", "tcp://127.0.0.1:0");
            try (BufferedReader out = process.inputReader()) {
                String line = String.valueOf(out.readLine());
                assertThat(line).matches("listening on http://127\\.0\\.0\\.1:[1-9][0-9]*");
                URI daemon = URI.create(line.substring("listening on ".length()));

                Files.writeString(file, "{" + TestDaemon.agents(guest) + "}");
                signal(process, "HUP");
                Eventually.await(
                        () -> assertThat(get(client, daemon, "/agents/a")).contains("\"ready\""));

                Files.writeString(file, "{ nonsense");
                signal(process, "HUP");
                Eventually.await(() ->
                        assertThat(get(client, daemon, "/metrics"))
                                .contains("culvert_config_reload_success 0"));
                assertThat(get(client, daemon, "/agents/a")).contains("\"ready\"");

                HttpResponse<InputStream> response =
                        client.send(
                                HttpRequest.newBuilder(daemon.resolve("/agents/a/stream"))
                                        .POST(BodyPublishers.ofString(MESSAGE))
                                        .build(),
                                BodyHandlers.ofInputStream());
                try (EventReader events = new EventReader(response)) {
                    Request message = guest.take();
                    signal(process, "TERM");
                    Eventually.await(() ->
                            assertThat(get(client, daemon, "/readyz")).contains("\"draining\""));
                    message.done("to the end");
                    assertThat(events.rest()).hasSize(2);
                }
                assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
                assertThat(process.exitValue()).isZero();
            } finally {
                process.destroyForcibly();
            }
        }
    }

    private static Process start(String... arguments) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.culvert.daemon.cli.Main");
        builder.command().addAll(List.of(arguments));
        builder.environment().keySet().removeIf(name -> name.startsWith("CULVERT_"));
        return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static void signal(Process process, String name) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }

    private static String get(HttpClient client, URI daemon, String path) {
        try {
            return client.send(
                            HttpRequest.newBuilder(daemon.resolve(path)).build(),
                            BodyHandlers.ofString())
                    .body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
