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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every front does over HTTP/2, as SDKs use it behind TLS. */
@Timeout(60)
@LoopCounts
class FrontHttp2Test {
    /** A front, and a line of a stream that is whole. */
    enum Front {
        CHAT("/v1/chat/completions", "data: [DONE]"),
        MESSAGES("/v1/messages", "event: message_stop"),
        RESPONSES("/v1/responses", "event: response.completed");

        private final String path;
        private final String end;

        Front(String path, String end) {
            this.path = path;
            this.end = end;
        }

        private String request(boolean streams) {
            String asked =
                    this == RESPONSES
                            ? "\"input\":\"hi\""
                            : "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";
            return "{\"model\":\"a\"," + asked + ",\"stream\":" + streams + "}";
        }
    }

    @TempDir static Path directory;

    private static TestCertificates certificates;

    @Parameter int eventLoops;

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = new TestCertificates();
    }

    private OverHttp2 start(Front front) throws Exception {
        return OverHttp2.start(certificates, directory, eventLoops, front.path);
    }

    private static HttpResponse<String> whole(OverHttp2 over, Front front) throws Exception {
        return over.client().send(over.request(front.request(false)), BodyHandlers.ofString());
    }

    @ParameterizedTest
    @EnumSource
    void answersTheWholeAndTheStream(Front front) throws Exception {
        try (OverHttp2 over = start(front)) {
            over.guest().on("message", message -> message.done(1, "yes"));
            HttpResponse<String> whole = whole(over, front);
            HttpResponse<String> stream =
                    over.client().send(over.request(front.request(true)), BodyHandlers.ofString());

            assertThat(whole.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(whole.body()).contains("\"yes\"").doesNotContain(front.end);
            assertThat(whole.headers().firstValue("x-culvert-turn")).isPresent();
            assertThat(whole.headers().firstValue("x-request-id")).isPresent();
            assertThat(stream.headers().firstValue("x-culvert-turn")).isPresent();
            assertThat(stream.body()).contains("\"yes\"", "\n" + front.end + "\n");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTurnThatFailsInTheMiddleResetsItsStreamAndNotTheConnection(Front front) throws Exception {
        try (OverHttp2 over = start(front)) {
            var answer =
                    over.client()
                            .sendAsync(
                                    over.request(front.request(true)),
                                    BodyHandlers.ofInputStream());
            Request message = over.guest().take();
            message.chunk(1, "half");
            try (BufferedReader lines = lines(answer.join())) {
                awaitText(lines, "half");
                message.numbered(
                        2, "error", "{\"code\":\"stream_broken\",\"message\":\"it broke\"}");
                assertThatIOException().isThrownBy(() -> readNoEnd(lines, front));
            }
            over.guest().on("message", again -> again.done(1, "the connection lives on"));
            assertThat(whole(over, front).body()).contains("lives on");
        }
    }

    private static BufferedReader lines(HttpResponse<InputStream> answer) {
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
        return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
    }

    private static void awaitText(BufferedReader lines, String text) throws IOException {
        String line = lines.readLine();
        while (!line.contains(text)) {
            line = lines.readLine();
        }
    }

    /** This client may drop what came before a reset. */
    private static void readNoEnd(BufferedReader lines, Front front) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            assertThat(line).isNotEqualTo(front.end);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatGivesUpItsStreamStopsTheRuntimeAtOnce(Front front) throws Exception {
        try (OverHttp2 over = start(front)) {
            var answer =
                    over.client()
                            .sendAsync(
                                    over.request(front.request(true)),
                                    BodyHandlers.ofInputStream());
            over.guest().take().chunk(1, "half");
            answer.join().body().close();
            assertThat(over.guest().take().type()).isEqualTo("cancel");
        }
    }
}
