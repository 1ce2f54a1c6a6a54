package dev.culvert.daemon.http.h1;

import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.BodyStream;
import dev.culvert.daemon.http.InnerCall;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.TestRoute;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A route that calls another one. */
class InnerCallTest {
    private static final AsciiString MARK = AsciiString.cached("x-mark");
    private static final int MOST = 20;

    private boolean gone;
    private final EmbeddedServer server =
            new EmbeddedServer(
                    TestServer.settings(),
                    new TestRoute(HttpMethod.GET, "/outer/{what}", InnerCallTest::call),
                    new TestRoute(HttpMethod.GET, "/inner/{what}", this::answer));

    @AfterEach
    void close() {
        server.close();
    }

    private static void call(Request request, Answer answer) {
        InnerCall call =
                InnerCall.begin(
                        request,
                        answer,
                        HttpMethod.GET,
                        "/inner/" + request.parameter("what"),
                        Unpooled.EMPTY_BUFFER,
                        new InnerCall.Expected(
                                MOST,
                                (status, headers, type, body) -> {
                                    if (headers.count() > 0) {
                                        answer.header(headers.name(0), headers.value(0));
                                    }
                                    answer.whole(
                                            status,
                                            type == null ? TestServer.TEXT : type,
                                            body.retain());
                                }));
        answer.onGone(call::cancel);
    }

    private void answer(Request request, Answer answer) {
        switch (request.parameter("what")) {
            case "whole" ->
                    answer.header(MARK, "m").whole(OK, TestServer.TEXT, TestServer.text("whole"));
            case "later" ->
                    answer.eventLoop()
                            .execute(() ->
                                    answer.whole(OK, TestServer.TEXT, TestServer.text("later")));
            case "nothing" -> answer.noContent();
            case "pieces" -> pieces(answer, "one,", "two").end();
            case "large" -> pieces(answer, "x".repeat(MOST), "x").end();
            case "broken" -> pieces(answer, "one").abort();
            case "refuses" -> throw new ProblemException(Problem.of(CONFLICT, "It is taken."));
            case "throws" -> throw new IllegalStateException("a bug");
            default -> answer.onGone(() -> gone = true);
        }
    }

    private static BodyStream pieces(Answer answer, String... texts) {
        BodyStream stream = answer.stream(TestServer.TEXT);
        for (String text : texts) {
            stream.begin(text.length()).writeBytes(TestServer.text(text));
            stream.finish(AsciiString.EMPTY_STRING);
        }
        return stream;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            textBlock =
                    """
                    whole; 200 OK; x-mark: m
                    whole; 200 OK; whole
                    later; 200 OK; later
                    nothing; 204 No Content; content-length: 0
                    pieces; 200 OK; one,two
                    large; 422 ; too large
                    broken; 502 ; before it was complete
                    refuses; 409 ; It is taken.
                    throws; 500 ; a bug in the daemon
                    """)
    void theListenerGetsTheAnswerOfTheOtherRoute(String what, String status, String text) {
        server.send("GET /outer/" + what + " HTTP/1.1\r\nhost: localhost\r\n\r\n");

        assertThat(server.received()).startsWith("HTTP/1.1 " + status).contains(text);
        assertThat(server.observer.events())
                .contains("started /inner/{what}")
                .anyMatch(it -> it.matches("ended /inner/\\{what} GET " + status.split(" ", 2)[0]));
    }

    @Test
    void aClientThatLeavesEndsTheOtherRequestToo() {
        server.send("GET /outer/never HTTP/1.1\r\nhost: localhost\r\n\r\n");
        assertThat(gone).isFalse();
        server.close();

        assertThat(gone).isTrue();
        assertThat(server.observer.events()).contains("ended /inner/{what} GET 499");
    }

    @Test
    void aPathThatNothingServesIsAProblem() {
        server.send("GET /outer/a%2Fb HTTP/1.1\r\nhost: localhost\r\n\r\n");

        assertThat(server.received()).startsWith("HTTP/1.1 404 ");
    }
}
