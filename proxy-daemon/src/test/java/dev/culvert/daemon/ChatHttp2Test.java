package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.daemon.http.tls.TestCertificates;
import dev.culvert.transport.AgentAddress;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** Chat completions over HTTP/2, as SDKs use it behind TLS. */
@Timeout(60)
@LoopCounts
class ChatHttp2Test {
    private static final String WHOLE = "{\"model\":\"a\",\"messages\":[]}";
    private static final String STREAMED = "{\"model\":\"a\",\"messages\":[],\"stream\":true}";

    @TempDir Path directory;

    @Parameter int eventLoops;

    private interface Play {
        void play(ScriptedGuest guest, TestDaemon daemon, HttpClient client) throws Exception;
    }

    private void play(Play play) throws Exception {
        TestCertificates made = new TestCertificates(directory);
        Path cert = Files.writeString(directory.resolve("cert.pem"), made.chain("server"));
        Path key = Files.writeString(directory.resolve("key.pem"), made.key("server"));
        String settings =
                """
                "event_loops": %d,
                "http": {
                  "listen": ["tcp://127.0.0.1:0", "tls://127.0.0.1:0"],
                  "tls": {"cert": "%s", "key": "%s"}
                },
                """
                        .formatted(eventLoops, cert, key);
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon daemon = TestDaemon.with(settings, guest);
                HttpClient client =
                        HttpClient.newBuilder().sslContext(made.client(false)).build()) {
            play.play(guest, daemon, client);
        }
    }

    private static HttpRequest request(TestDaemon daemon, String body) {
        AgentAddress.Tcp address = (AgentAddress.Tcp) daemon.daemon().addresses().getLast();
        URI uri = URI.create("https://127.0.0.1:" + address.port() + "/v1/chat/completions");
        return HttpRequest.newBuilder(uri).POST(BodyPublishers.ofString(body)).build();
    }

    private static BufferedReader lines(HttpResponse<InputStream> answer) {
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
        return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
    }

    private static String event(BufferedReader lines) throws IOException {
        String data = lines.readLine();
        assertThat(lines.readLine()).isEmpty();
        return data;
    }

    /** This client may drop what came before a reset; whatever it reads is no end. */
    private static void readToTheEnd(BufferedReader lines) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            assertThat(line).matches(it -> it.isEmpty() || it.contains("\"error\":"));
        }
    }

    @Test
    void answersTheWholeAndTheStream() throws Exception {
        play((guest, daemon, client) -> {
            guest.on("message", message -> message.done(1, "yes"));
            HttpResponse<String> whole =
                    client.send(request(daemon, WHOLE), BodyHandlers.ofString());
            HttpResponse<String> stream =
                    client.send(request(daemon, STREAMED), BodyHandlers.ofString());

            assertThat(whole.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(whole.body()).contains("\"content\":\"yes\"");
            assertThat(whole.headers().firstValue("x-culvert-turn")).isPresent();
            assertThat(stream.headers().firstValue("x-culvert-turn")).isPresent();
            assertThat(stream.body())
                    .contains("\"delta\":{\"content\":\"yes\"}")
                    .endsWith("data: [DONE]\n\n");
        });
    }

    @Test
    void aTurnThatFailsInTheMiddleIsAnErrorAndAResetStream() throws Exception {
        play((guest, daemon, client) -> {
            var answer = client.sendAsync(request(daemon, STREAMED), BodyHandlers.ofInputStream());
            Request message = guest.take();
            message.chunk(1, "half");
            try (BufferedReader lines = lines(answer.join())) {
                assertThat(event(lines)).contains("\"role\"");
                assertThat(event(lines)).contains("half");
                message.numbered(
                        2, "error", "{\"code\":\"stream_broken\",\"message\":\"it broke\"}");
                assertThatIOException().isThrownBy(() -> readToTheEnd(lines));
            }
            guest.on("message", again -> again.done(1, "the connection lives on"));
            assertThat(client.send(request(daemon, WHOLE), BodyHandlers.ofString()).body())
                    .contains("lives on");
        });
    }

    @Test
    void aClientThatGivesUpItsStreamStopsTheRuntimeAtOnce() throws Exception {
        play((guest, daemon, client) -> {
            var answer = client.sendAsync(request(daemon, STREAMED), BodyHandlers.ofInputStream());
            guest.take().chunk(1, "half");
            answer.join().body().close();
            assertThat(guest.take().type()).isEqualTo("cancel");
        });
    }
}
