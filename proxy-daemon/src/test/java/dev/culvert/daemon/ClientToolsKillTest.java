package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client with tools of its own, and a daemon as a process that is killed twice meanwhile. */
@Timeout(60)
class ClientToolsKillTest {
    private static final String ASK =
            "{\"role\":\"user\",\"content\":\"when?\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"now\"}}]}";
    private static final String CALL =
            "{\"content\":\"\",\"done\":true,\"finish_reason\":\"tool_calls\",\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"now\",\"arguments\":\"{}\"}}]}";
    private static final Pattern CONTINUATION = Pattern.compile("\"continuation\":\"([^\"]+)\"");

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

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private HttpResponse<String> get(String url) {
        return send(HttpRequest.newBuilder(URI.create(url)).build());
    }

    private static HttpRequest post(String url, String body) {
        return HttpRequest.newBuilder(URI.create(url)).POST(BodyPublishers.ofString(body)).build();
    }

    private String ready(DaemonProcess process) throws Exception {
        String address = process.after("listening on ");
        Eventually.await(
                () -> assertThat(get(address + "/api/v1/agents/a").body()).contains("\"ready\""));
        return address;
    }

    @Test
    void goesOnThoughTheDaemonIsKilledInTheMiddleOfTheAnswerAndBeforeTheResults() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("credit", "cancel", "resume")) {
            String turn;
            try (DaemonProcess process = daemon(guest)) {
                String address = ready(process);
                try (EventReader reader =
                        new EventReader(
                                client.send(
                                        post(address + "/api/v1/agents/a/stream", ASK),
                                        BodyHandlers.ofInputStream()))) {
                    Request message = guest.take();
                    message.chunk(1, "I look.");
                    reader.next();
                    turn = message.id();
                    Eventually.await(() ->
                            assertThat(get(address + "/metrics").body())
                                    .contains("culvert_continuations_kept 1.0"));
                    process.signal("KILL");
                    process.exitCode();
                }
            }
            guest.on("resume", ClientToolsKillTest::calls);
            String rest;
            try (DaemonProcess process = daemon(guest)) {
                String address = ready(process);
                rest = get(address + "/api/v1/turns/" + turn + "/stream?after=1").body();
                process.signal("KILL");
                process.exitCode();
            }
            assertThat(rest)
                    .containsSubsequence(
                            "event: chunk", ":2\n", "event: tool_call", ":3\n", ":4\n");
            Matcher continuation = CONTINUATION.matcher(rest);
            assertThat(continuation.find()).as(rest).isTrue();
            guest.on("message", message -> message.done(1, "at noon"));
            String results =
                    "{\"continuation\":\"%s\",\"tool_results\":[{\"id\":\"c1\",\"success\":true,\"result\":\"noon\"}]}"
                            .formatted(continuation.group(1));
            try (DaemonProcess process = daemon(guest)) {
                String goOn = ready(process) + "/api/v1/turns/" + turn + "/continue";
                HttpResponse<String> first = send(post(goOn, results));
                assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
                assertThat(first.body()).contains("at noon");
                assertThat(send(post(goOn, results)).statusCode()).isEqualTo(409);
            }
            assertThat(guest.seen("message").getLast())
                    .contains(
                            "\"content\":\"I look.\",\"tool_calls\":[{\"id\":\"c1\"",
                            "\"tool_call_id\":\"c1\",\"content\":\"noon\"");
        }
    }

    private static void calls(Request resume) throws IOException {
        resume.chunk(1, "I look.");
        resume.numbered(2, "chunk", CALL);
    }
}
