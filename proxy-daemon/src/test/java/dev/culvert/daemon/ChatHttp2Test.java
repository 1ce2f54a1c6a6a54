package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.daemon.http.tls.TestCertificates;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** Chat completions over HTTP/2, as SDKs use it behind TLS. */
@Timeout(60)
@LoopCounts
class ChatHttp2Test {
    private static final String WHOLE =
            "{\"model\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String STREAMED =
            "{\"model\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"stream\":true}";

    @TempDir static Path directory;

    private static TestCertificates certificates;

    @Parameter int eventLoops;

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = new TestCertificates(directory);
    }

    private OverHttp2 start() throws Exception {
        return OverHttp2.start(certificates, directory, eventLoops, "/v1/chat/completions");
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
        try (OverHttp2 over = start()) {
            over.guest().on("message", message -> message.done(1, "yes"));
            HttpResponse<String> whole =
                    over.client().send(over.request(WHOLE), BodyHandlers.ofString());
            HttpResponse<String> stream =
                    over.client().send(over.request(STREAMED), BodyHandlers.ofString());

            assertThat(whole.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(whole.body()).contains("\"content\":\"yes\"");
            assertThat(whole.headers().firstValue("x-culvert-turn")).isPresent();
            assertThat(stream.headers().firstValue("x-culvert-turn")).isPresent();
            assertThat(stream.body())
                    .contains("\"delta\":{\"content\":\"yes\"}")
                    .endsWith("data: [DONE]\n\n");
        }
    }

    @Test
    void aTurnThatFailsInTheMiddleIsAnErrorAndAResetStream() throws Exception {
        try (OverHttp2 over = start()) {
            var answer =
                    over.client().sendAsync(over.request(STREAMED), BodyHandlers.ofInputStream());
            Request message = over.guest().take();
            message.chunk(1, "half");
            try (BufferedReader lines = lines(answer.join())) {
                assertThat(event(lines)).contains("\"role\"");
                assertThat(event(lines)).contains("half");
                message.numbered(
                        2, "error", "{\"code\":\"stream_broken\",\"message\":\"it broke\"}");
                assertThatIOException().isThrownBy(() -> readToTheEnd(lines));
            }
            over.guest().on("message", again -> again.done(1, "the connection lives on"));
            assertThat(over.client().send(over.request(WHOLE), BodyHandlers.ofString()).body())
                    .contains("lives on");
        }
    }

    @Test
    void aClientThatGivesUpItsStreamStopsTheRuntimeAtOnce() throws Exception {
        try (OverHttp2 over = start()) {
            var answer =
                    over.client().sendAsync(over.request(STREAMED), BodyHandlers.ofInputStream());
            over.guest().take().chunk(1, "half");
            answer.join().body().close();
            assertThat(over.guest().take().type()).isEqualTo("cancel");
        }
    }
}
