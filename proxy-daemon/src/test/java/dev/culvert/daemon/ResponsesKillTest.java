package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A daemon as a process that is killed, and the next one with the same {@code state_dir}. */
@Timeout(60)
class ResponsesKillTest {
    private static final String PATH = "/v1/responses";
    private static final Pattern ID = Pattern.compile("\"id\":\"(resp_[0-9a-f]{32})\"");

    @TempDir Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    private DaemonProcess daemon(ScriptedGuest guest) throws IOException {
        Path file = directory.resolve("culvertd.jsonc");
        Files.writeString(
                file,
                "{\"state_dir\": \"%s\", %s}"
                        .formatted(directory.resolve("state"), TestDaemon.agents(guest)));
        return DaemonProcess.start(
                "serve", "--config", file.toString(), "--http", "tcp://127.0.0.1:0");
    }

    private String get(String url) {
        return send(HttpRequest.newBuilder(URI.create(url)).build());
    }

    private String post(String url, String body) {
        return send(
                HttpRequest.newBuilder(URI.create(url))
                        .POST(BodyPublishers.ofString(body))
                        .build());
    }

    private String send(HttpRequest request) {
        try {
            return client.send(request, BodyHandlers.ofString()).body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String id(String body) {
        Matcher id = ID.matcher(body);
        assertThat(id.find()).as(body).isTrue();
        return id.group(1);
    }

    private void awaitReady(String address) {
        Eventually.await(() -> assertThat(get(address + "/api/v1/agents/a")).contains("\"ready\""));
    }

    @Test
    void whoWasToldAnIdInTheBackgroundFindsItsResponseAfterAKill() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume")) {
            String id;
            try (DaemonProcess process = daemon(guest)) {
                String address = process.after("listening on ");
                awaitReady(address);
                String background = "{\"model\":\"a\",\"input\":\"hi\",\"background\":true}";
                id = id(post(address + PATH, background));
                process.signal("KILL");
                process.exitCode();
            }
            guest.on("resume", ResponsesKillTest::tells);
            try (DaemonProcess process = daemon(guest)) {
                String url = process.after("listening on ") + PATH + "/" + id;
                Eventually.await(() ->
                        assertThat(get(url)).contains("\"completed\"", "\"text\":\"onetwo\""));
            }
        }
    }

    private static void tells(Request resume) throws IOException {
        resume.chunk(1, "one");
        resume.done(2, "two");
    }
}
