package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.http.tls.TestCertificates;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** OpenAI's responses over TLS, where what is written may leave much later. */
@Timeout(60)
class ResponsesBehindTlsTest {
    private static final String STREAMED = "{\"model\":\"a\",\"input\":\"hi\",\"stream\":true}";

    @TempDir static Path directory;

    private static TestCertificates certificates;

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = new TestCertificates();
    }

    /** Each event says all of the text, and none has what another one says. */
    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void eventsOfSeveralKilobytesArriveAsTheyWereWritten(HttpClient.Version version)
            throws Exception {
        String text = "0123456789".repeat(400);
        try (OverHttp2 over = OverHttp2.start(certificates, directory, 1, "/v1/responses")) {
            over.guest()
                    .on(
                            "message",
                            message -> {
                                message.chunk(1, text);
                                message.done(2, "");
                            });
            HttpRequest request =
                    HttpRequest.newBuilder(over.request(STREAMED), (_, _) -> true)
                            .version(version)
                            .build();
            String body = over.client().send(request, BodyHandlers.ofString()).body();

            assertThat(body.split("\n\n"))
                    .filteredOn(event -> event.contains(text))
                    .extracting(event -> event.substring(0, event.indexOf('\n')))
                    .containsExactly(
                            "event: response.output_text.delta",
                            "event: response.output_text.done",
                            "event: response.content_part.done",
                            "event: response.output_item.done",
                            "event: response.completed");
            assertThat(body.split("\n\n"))
                    .allMatch(
                            event -> event.matches("event: (\\S+)\ndata: \\{\"type\":\"\\1\".*}"));
        }
    }
}
