package dev.culvert.daemon.http.h1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.http.TestRoute;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A body that is checked while it arrives is judged as one that is checked when it is whole. */
class LargeJsonBodyTest {
    private static final String TEXT = "\"text with \\\"quotes\\\" and more of it \",";
    private static final String GOOD = "{\"a\":[" + TEXT.repeat(6_000) + "1]}";

    @ParameterizedTest
    @ValueSource(ints = {1_000, 16_384, 65_535, 1 << 20})
    void aGoodOneReachesItsRoute(int piece) {
        String answer = answer(GOOD, piece, false);

        assertThat(answer).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\n" + GOOD);
    }

    @Test
    void aGoodOneInChunksReachesItsRoute() {
        assertThat(answer(GOOD, 10_000, true)).startsWith("HTTP/1.1 200 ").endsWith(GOOD);
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, 65_535, 1 << 20})
    void aFaultInItIsA400WhereverItIs(int piece) {
        int length = GOOD.length();
        for (int at : new int[] {0, 1_000, 70_000, 150_000, length - 1}) {
            String bad = GOOD.substring(0, at) + "\u0001" + GOOD.substring(at + 1);
            assertThat(answer(bad, piece, false))
                    .as("byte %d", at)
                    .startsWith("HTTP/1.1 400 ")
                    .contains("The body is not one JSON object that can be sent: ");
        }
        assertThat(answer(GOOD + "}", piece, false)).startsWith("HTTP/1.1 400 ");
        assertThat(answer(GOOD.substring(0, length - 1), piece, false)).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void aSmallOneAfterALargeOneIsJudgedByItself() {
        try (EmbeddedServer server = server()) {
            send(server, GOOD.substring(1), 1_000, false);
            assertThat(server.received()).startsWith("HTTP/1.1 400 ");

            send(server, "{}", 1_000, false);

            assertThat(server.received()).startsWith("HTTP/1.1 200 ").endsWith("{}");
        }
    }

    private static String answer(String body, int piece, boolean chunked) {
        try (EmbeddedServer server = server()) {
            send(server, body, piece, chunked);
            return server.received();
        }
    }

    private static EmbeddedServer server() {
        Route json =
                new TestRoute(
                        HttpMethod.POST,
                        "/v1/chat/json",
                        (request, answer) ->
                                answer.whole(
                                        HttpResponseStatus.OK,
                                        TestServer.TEXT,
                                        JsonRequest.body(request).retain()));
        return new EmbeddedServer(TestServer.settings(), json);
    }

    private static void send(EmbeddedServer server, String body, int piece, boolean chunked) {
        server.send("POST /v1/chat/json HTTP/1.1\r\nHost: localhost\r\n");
        server.send(
                chunked
                        ? "Transfer-Encoding: chunked\r\n\r\n"
                        : "Content-Length: " + body.length() + "\r\n\r\n");
        for (int at = 0; at < body.length(); at += piece) {
            String next = body.substring(at, Math.min(body.length(), at + piece));
            server.send(
                    chunked ? Integer.toHexString(next.length()) + "\r\n" + next + "\r\n" : next);
        }
        if (chunked) {
            server.send("0\r\n\r\n");
        }
    }
}
