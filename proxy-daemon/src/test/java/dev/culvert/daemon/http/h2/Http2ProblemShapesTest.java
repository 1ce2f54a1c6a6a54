package dev.culvert.daemon.http.h2;

import static dev.culvert.daemon.http.h2.FrameClient.DATA;
import static dev.culvert.daemon.http.h2.FrameClient.HEADERS;
import static dev.culvert.daemon.http.h2.FrameClient.request;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemFormat;
import dev.culvert.daemon.http.ProblemFormats;
import dev.culvert.daemon.http.h2.FrameClient.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In which format a client of HTTP/2 is told that its head cannot be taken. */
class Http2ProblemShapesTest {
    private static final ProblemFormat SHAPE =
            new ProblemFormat() {
                @Override
                public AsciiString contentType() {
                    return AsciiString.of("text/shape");
                }

                @Override
                public void write(Problem problem, String requestId, ByteBuf out) {
                    out.writeCharSequence("shape " + problem.status().code(), UTF_8);
                }
            };

    private final FrameClient client =
            new FrameClient(HttpSettings.DEFAULTS, new ProblemFormats(Map.of("/v1", SHAPE)));

    @BeforeEach
    void greet() {
        client.greet();
    }

    @AfterEach
    void stop() {
        client.close();
    }

    /** The status and the type of the answer, and its body. */
    private String answer(Http2Headers request) {
        client.headersInParts(1, request);
        List<Frame> frames = client.frames();
        String head =
                frames.stream().filter(it -> it.type() == HEADERS).findFirst().orElseThrow().text();
        String body =
                frames.stream()
                        .filter(it -> it.type() == DATA)
                        .findFirst()
                        .map(Frame::text)
                        .orElse("");
        return head + "\n" + body;
    }

    @Test
    void aTargetThatIsTooLong() {
        assertThat(answer(request("GET", "/v1/models/" + "x".repeat(70_000))))
                .contains(":status: 414", "text/shape")
                .endsWith("shape 414");
    }

    @Test
    void aTargetWithABadByte() {
        assertThat(answer(request("GET", "/v1/models?q=a#b")))
                .contains(":status: 400", "text/shape")
                .endsWith("shape 400");
    }

    @Test
    void headersThatTakeTooMuch() {
        assertThat(answer(request("POST", "/v1/x").add("x-long", "x".repeat(17_000))))
                .contains(":status: 431", "text/shape")
                .endsWith("shape 431");
    }

    @Test
    void aRequestForAHeadHasNoBody() {
        assertThat(answer(request("HEAD", "/v1/x#y")))
                .contains(":status: 400", "text/shape")
                .endsWith("\n");
    }

    @Test
    void withoutAPathItIsProblemJson() {
        assertThat(answer(request("GET", "v1/models")))
                .contains(":status: 400", "application/problem+json")
                .contains("\"status\":400");
    }
}
