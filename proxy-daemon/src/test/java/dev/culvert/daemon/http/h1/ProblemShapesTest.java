package dev.culvert.daemon.http.h1;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.ProblemFormat;
import dev.culvert.daemon.http.ProblemFormats;
import dev.culvert.daemon.http.TestRoute;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In which format a client is told why its request failed: its path decides. */
class ProblemShapesTest {
    /** Writes a line, and calls a lack of capacity by a status of its own. */
    private record Shape(String name) implements ProblemFormat {
        @Override
        public AsciiString contentType() {
            return AsciiString.of("text/" + name);
        }

        @Override
        public void write(Problem problem, String requestId, ByteBuf out) {
            out.writeCharSequence(
                    "%s %s %s".formatted(name, problem.status().code(), requestId), UTF_8);
        }

        @Override
        public Problem told(Problem problem) {
            return problem.status().equals(HttpResponseStatus.SERVICE_UNAVAILABLE)
                    ? Problem.of(HttpResponseStatus.valueOf(529), problem.error())
                            .header(AsciiString.of("retry-after-ms"), "7")
                    : problem;
        }
    }

    private static final ProblemFormats FORMATS =
            new ProblemFormats(Map.of("/v1", new Shape("one"), "/v1/messages", new Shape("two")));

    private final EmbeddedServer server =
            new EmbeddedServer(
                    TestServer.settings(),
                    FORMATS,
                    new TestRoute(
                            HttpMethod.POST,
                            "/v1/messages",
                            (_, _) -> {
                                throw ProblemException.badRequest("No.");
                            }),
                    new TestRoute(
                            HttpMethod.POST,
                            "/v1/busy",
                            (_, answer) ->
                                    answer.problem(
                                            Problem.of(
                                                    HttpResponseStatus.SERVICE_UNAVAILABLE,
                                                    "Not now."))));

    @AfterEach
    void close() {
        server.close();
    }

    private String ask(String requestLine, String... headers) {
        server.send(
                requestLine
                        + " HTTP/1.1\r\nhost: localhost\r\nx-request-id: r7\r\n"
                        + String.join("", headers)
                        + "\r\n");
        return server.received();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /v1/nothing",
                "GET /v1",
                "GET /v1?q=1",
                "GET http://localhost/v1/nothing",
                "GET /v1/messagesX"
            })
    void whatNoRouteTakesIsToldInTheShapeOfItsPath(String requestLine) {
        assertThat(ask(requestLine))
                .startsWith("HTTP/1.1 404")
                .contains("content-type: text/one\r\n")
                .endsWith("\r\n\r\none 404 r7");
    }

    @Test
    void theLongestPrefixCounts() {
        assertThat(ask("POST /v1/messages")).endsWith("\r\n\r\ntwo 400 r7");
        assertThat(ask("GET /v1/messages"))
                .startsWith("HTTP/1.1 405")
                .contains("allow: POST, OPTIONS\r\n")
                .endsWith("\r\n\r\ntwo 405 r7");
        assertThat(ask("GET /v1/messages/batches")).endsWith("\r\n\r\ntwo 404 r7");
    }

    @Test
    void otherPathsAreToldOfInProblemJson() {
        for (String path : new String[] {"/", "/v10", "/v", "/api/v1/messages"}) {
            assertThat(ask("GET " + path))
                    .startsWith("HTTP/1.1 404")
                    .contains("content-type: application/problem+json\r\n", "\"status\":404");
        }
    }

    @Test
    void whatTheRulesRefuseHasTheShapeToo() {
        assertThat(ask("POST /v1/messages", "content-encoding: gzip\r\n"))
                .startsWith("HTTP/1.1 415")
                .endsWith("\r\n\r\ntwo 415 r7");
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedInTheShape() {
        assertThat(ask("POST /v1/messages", "content-length: 99999999999\r\n"))
                .startsWith("HTTP/1.1 413")
                .endsWith("\r\n\r\ntwo 413 r7");
    }

    private String raw(String bytes) {
        server.send(bytes);
        return server.received();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | POST /v1/messages HTTP/1.x",
                "505 | POST /v1/messages HTTP/2.0",
                "400 | POST /v1/messages?beta=true HTTP/1.1 and more",
                "400 | POST /v1/messages#there HTTP/1.1",
                "400 | POST /v1/messages HTTP/1.1~Host: a~No colon",
                "400 | POST /v1/messages HTTP/1.1~Host: a~Content-Length: x~~",
                "501 | POST /v1/messages HTTP/1.1~Host: a~Transfer-Encoding: br~~",
                "431 | POST /v1/messages HTTP/1.1~Host: a~X: LONG",
                "414 | POST /v1/messages?LONG",
            })
    void aHeadThatCannotBeReadIsRefusedInTheShapeOfItsPath(int status, String head) {
        assertThat(raw(head.replace("~", "\r\n").replace("LONG", "x".repeat(70_000))))
                .startsWith("HTTP/1.1 " + status)
                .contains("content-type: text/two\r\n", "connection: close\r\n", "x-request-id: ")
                .contains("\r\n\r\ntwo " + status);
    }

    @Test
    void aPathThatIsTooLongIsOneBelowItsBeginning() {
        assertThat(raw("GET /v1/models/" + "x".repeat(70_000))).contains("\r\n\r\none 414");
    }

    @Test
    void aHeadThatComesTooSlowlyIsRefusedInTheShapeOfItsPath() {
        server.send("POST /v1/messages HTTP/1.1\r\nHost:");
        server.pass(TestServer.settings().headTimeout());
        assertThat(server.received()).startsWith("HTTP/1.1 408").contains("\r\n\r\ntwo 408");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST /v1/mess", "POST ", "\r\n", "PO"})
    void asLongAsItsPathMayGoOnItIsRefusedInProblemJson(String begun) {
        server.send(begun);
        server.pass(TestServer.settings().headTimeout());
        assertThat(server.received())
                .startsWith("HTTP/1.1 408")
                .contains("content-type: application/problem+json\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"P@ST", "POST v1/messages HTTP/x"})
    void whatHasNoPathIsRefusedInProblemJson(String line) {
        assertThat(raw(line)).startsWith("HTTP/1.1 400").contains("\"status\":400");
    }

    @Test
    void aRefusedHeadHasNoBodyForAClientThatWantsNone() {
        assertThat(raw("HEAD /v1/messages HTTP/1.x"))
                .startsWith("HTTP/1.1 400")
                .contains("content-type: text/two\r\n")
                .endsWith("\r\n\r\n");
    }

    @Test
    void aShapeMayHaveAnotherStatusAndMoreHeaders() {
        assertThat(ask("POST /v1/busy"))
                .startsWith("HTTP/1.1 529")
                .contains("retry-after-ms: 7\r\n")
                .endsWith("\r\n\r\none 529 r7");
    }
}
