package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.testing.Eventually;
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
            try (DaemonProcess process =
                    DaemonProcess.start(
                            "serve", "--config", file.toString(), "--http", "tcp://127.0.0.1:0")) {
                String address = process.after("listening on ");
                assertThat(address).matches("http://127\\.0\\.0\\.1:[1-9][0-9]*");
                URI daemon = URI.create(address);

                Files.writeString(file, "{" + TestDaemon.agents(guest) + "}");
                process.signal("HUP");
                Eventually.await(
                        () -> assertThat(get(client, daemon, "/agents/a")).contains("\"ready\""));

                Files.writeString(file, "{ nonsense");
                process.signal("HUP");
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
                    process.signal("TERM");
                    Eventually.await(() ->
                            assertThat(get(client, daemon, "/readyz")).contains("\"draining\""));
                    message.done("to the end");
                    assertThat(events.rest()).hasSize(2);
                }
                assertThat(process.exitCode()).isZero();
            }
        }
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
