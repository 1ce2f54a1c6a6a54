package dev.culvert.daemon.http.h1;

import static io.netty.handler.codec.http.HttpResponseStatus.ACCEPTED;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.http.TestRoute;
import dev.culvert.daemon.http.h1.TestServer.SettingsBuilder;
import dev.culvert.link.Failure;
import dev.culvert.transport.AgentAddress.Unix;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpPipelineTest {
    private static final String HOST = "Host: localhost\r\n";

    /** Requests that wait for their answer, with it. */
    private record Waiting(Request request, Answer responder) {}

    private final BlockingQueue<Waiting> waiting = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final Route later =
            new TestRoute(
                    HttpMethod.GET,
                    "/later/{n}",
                    (request, responder) -> {
                        responder.onGone(() -> told.add("gone " + request.parameter("n")));
                        waiting.add(new Waiting(request, responder));
                    });
    private final HttpClient http = HttpClient.newHttpClient();
    private TestServer server = new TestServer(TestServer.settings(), later, crashing());

    @AfterEach
    void stop() {
        http.close();
        server.close();
    }

    private void restart(HttpSettings settings, Route... routes) {
        server.close();
        server = new TestServer(settings, routes);
    }

    private static Route crashing() {
        return new TestRoute(
                Set.of(HttpMethod.GET, HttpMethod.POST),
                List.of("/crash"),
                true,
                (request, _) -> {
                    throw switch (String.valueOf(request.query("how"))) {
                        case "problem" -> new ProblemException(Problem.of(ACCEPTED, "So be it."));
                        default -> new IllegalArgumentException("meant by the test");
                    };
                });
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(server.uri(path));
    }

    private Waiting nextWaiting() throws InterruptedException {
        Waiting next = waiting.poll(10, TimeUnit.SECONDS);
        assertThat(next).as("a request that waits").isNotNull();
        return next;
    }

    private static void answer(Waiting it, String text) {
        it.responder()
                .eventLoop()
                .execute(() -> it.responder().whole(OK, TestServer.TEXT, TestServer.text(text)));
    }

    @Test
    void answersAStockClientOverOneConnection() throws Exception {
        for (int i = 0; i < 5; i++) {
            HttpResponse<String> answer =
                    send(to("/echo").POST(BodyPublishers.ofString("hello " + i)));
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("hello " + i);
            assertThat(answer.headers().firstValue("content-type"))
                    .hasValue("text/plain; charset=utf-8");
            assertThat(answer.headers().firstValue("x-content-type-options")).hasValue("nosniff");
            assertThat(answer.headers().firstValue("x-request-id").orElseThrow()).hasSize(16);
            assertThat(answer.headers().firstValue("date").orElseThrow()).endsWith(" GMT");
            assertThat(answer.headers().firstValue("server")).isEmpty();
        }
        assertThat(server.observer.events()).filteredOn(it -> it.equals("opened")).hasSize(1);
        assertThat(server.observer.events()).contains("started /echo", "ended /echo POST 200");
    }

    @Test
    void listensToATrustedProxyAboutItsClient() throws Exception {
        restart(new SettingsBuilder().proxies(List.of("culvert.example"), "127.0.0.1").build());
        String from = "Host: culvert.example\r\nConnection: close\r\n";

        assertThat(
                        server.exchange(
                                "GET /echo HTTP/1.1\r\n"
                                        + from
                                        + "X-Forwarded-For: 192.0.2.1\r\n"
                                        + "X-Forwarded-Proto: https\r\n"
                                        + "Origin: https://culvert.example\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
        assertThat(server.exchange("GET /echo HTTP/1.1\r\n" + from + "Forwarded: for=\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ")
                .contains("RFC 7239");
        assertThat(
                        server.exchange(
                                "GET /echo HTTP/1.1\r\n"
                                        + from
                                        + "X-Forwarded-For: 192.0.2.1\r\n"
                                        + "X-Forwarded-For: 192.0.2.2\r\n"
                                        + "Forwarded: for=192.0.2.2\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void readsNoForwardedHeaderOfAnybodyElse() throws Exception {
        assertThat(
                        server.exchange(
                                "GET /echo HTTP/1.1\r\n"
                                        + HOST
                                        + "Connection: close\r\nForwarded: for=\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void collectsABodyInManyChunks() throws Exception {
        String body = "0123456789abcdef".repeat(3000);
        HttpResponse<String> answer =
                send(
                        to("/echo")
                                .POST(
                                        BodyPublishers.ofInputStream(() ->
                                                new java.io.ByteArrayInputStream(
                                                        TestServer.latin1(body)))));
        assertThat(answer.body()).isEqualTo(body);
    }

    @Test
    void readsChunksWithExtensionsAndTrailersAndIgnoresBoth() throws IOException {
        try (RawClient client = server.connect()) {
            client.send(
                    "POST /echo HTTP/1.1\r\n"
                            + HOST
                            + "Transfer-Encoding: Chunked\r\n\r\n"
                            + "3;a=b;c=\"d e\"\r\nabc\r\n0002\r\nde\r\n0\r\n"
                            + "Content-Length: 99\r\nX-A: b\r\n\r\n");
            assertThat(client.readAnswer()).endsWith("\r\n\r\nabcde");
            client.send("GET /agents/next HTTP/1.1\r\n" + HOST + "\r\n");
            assertThat(client.readAnswer()).endsWith("next|null");
        }
    }

    @Test
    void decodesParametersOfPathAndQueryStrictly() throws Exception {
        assertThat(send(to("/agents/a%2Fb%20%C3%A9?q=%7B%22a%22:+1%2B1%7D&x")).body())
                .isEqualTo("a/b é|{\"a\": 1+1}");
        assertThat(send(to("/agents/a+b")).body()).isEqualTo("a+b|null");
    }

    @Test
    void takesTheAbsoluteFormForItsOwnHost() throws IOException {
        assertThat(
                        server.exchange(
                                "GET http://LOCALHOST/agents/a HTTP/1.1\r\n"
                                        + HOST
                                        + "Connection: close\r\n\r\n"))
                .endsWith("a|null");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST:1",
                "127.0.0.1",
                "127.0.0.1:8470",
                "[::1]",
                "[::1]:8470"
            })
    void isCalledByEveryNameOfLoopback(String host) throws IOException {
        assertThat(
                        server.exchange(
                                "GET /agents/a HTTP/1.1\r\nHost: "
                                        + host
                                        + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 OK");
    }

    @Test
    void answersPipelinedRequestsInOrderAndOneAtATime() throws Exception {
        try (RawClient client = server.connect()) {
            StringBuilder requests = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                requests.append("GET /later/" + i + " HTTP/1.1\r\n" + HOST + "\r\n");
            }
            client.send(requests.toString());
            for (int i = 0; i < 50; i++) {
                Waiting next = nextWaiting();
                assertThat(next.request().parameter("n")).isEqualTo(String.valueOf(i));
                assertThat(waiting).isEmpty();
                answer(next, "answer " + i);
                assertThat(client.readAnswer()).endsWith("answer " + i);
            }
        }
    }

    @Test
    void answersThousandsOfPipelinedRequestsWithoutGrowingItsStack() throws Exception {
        try (RawClient client = server.connect()) {
            int count = 20_000;
            Thread sender =
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    String one = "GET /agents/a HTTP/1.1\r\n" + HOST + "\r\n";
                                    for (int i = 0; i < count / 100; i++) {
                                        client.send(one.repeat(100));
                                    }
                                } catch (IOException e) {
                                    told.add("could not send: " + e);
                                }
                            });
            for (int i = 0; i < count; i++) {
                assertThat(client.readAnswer()).endsWith("a|null");
            }
            sender.join();
            assertThat(told).isEmpty();
        }
    }

    @Test
    void readsNoMoreThanABoundBehindARequestThatWaits() throws Exception {
        try (RawClient client = server.connect()) {
            client.send("GET /later/1 HTTP/1.1\r\n" + HOST + "\r\n");
            Waiting first = nextWaiting();
            Thread sender =
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    for (int i = 0; i < 400; i++) {
                                        client.send(
                                                "POST /echo HTTP/1.1\r\n"
                                                        + HOST
                                                        + "Content-Length: 60000\r\n\r\n"
                                                        + "x".repeat(60000));
                                    }
                                } catch (IOException e) {
                                    told.add("could not send: " + e);
                                }
                            });
            assertThat(sender.join(Duration.ofMillis(300))).isFalse();
            answer(first, "first");
            assertThat(client.readAnswer()).endsWith("first");
            for (int i = 0; i < 400; i++) {
                assertThat(client.readAnswer()).endsWith("xxx");
            }
            sender.join();
            assertThat(told).isEmpty();
        }
    }

    @Test
    void handlesNoMoreForAClientThatDoesNotReadAndCutsIt() throws Exception {
        restart(new SettingsBuilder().idle(Duration.ofMillis(200)).build());
        try (RawClient client = server.connect()) {
            String request =
                    "POST /echo HTTP/1.1\r\n"
                            + HOST
                            + "Content-Length: 60000\r\n\r\n"
                            + "x".repeat(60000);
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> {
                        while (true) {
                            client.send(request);
                        }
                    });
        }
        server.observer.await("closed");
    }

    @Test
    void answersHeadAsGetButWithoutABody() throws Exception {
        HttpResponse<String> answer = send(to("/agents/a").HEAD());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-length")).hasValue("6");
        try (RawClient client = server.connect()) {
            client.send("HEAD /nowhere HTTP/1.1\r\n" + HOST + "\r\n");
            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 404 Not Found");
            client.send("GET /agents/b HTTP/1.1\r\n" + HOST + "\r\n");
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void saysWhichMethodsAPathTakes() throws Exception {
        HttpResponse<String> answer = send(to("/echo").DELETE());
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("allow")).hasValue("GET, HEAD, POST, PUT, OPTIONS");
        HttpResponse<String> options = send(to("/echo").method("OPTIONS", BodyPublishers.noBody()));
        assertThat(options.statusCode()).isEqualTo(204);
        assertThat(options.headers().firstValue("allow")).hasValue("GET, HEAD, POST, PUT, OPTIONS");
        assertThat(options.headers().firstValue("content-length")).isEmpty();
        assertThat(server.exchange("OPTIONS * HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 204 No Content");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/nowhere",
                "/echo/",
                "//echo",
                "/agents/",
                "/agents/a/b",
                "/ECHO",
                "/./echo"
            })
    void takesAPathAsItIs(String path) throws IOException {
        String answer =
                server.exchange(
                        "GET " + path + " HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n");
        assertThat(answer)
                .startsWith("HTTP/1.1 404 Not Found")
                .contains(
                        "\"type\":\"about:blank\",\"title\":\"Not"
                                + " Found\",\"status\":404,\"error\":\"");
    }

    @Test
    void closesBehindAnEarlyAnswerOnlyWhenABodyWouldFollow() throws IOException {
        try (RawClient client = server.connect()) {
            client.send("GET /nowhere HTTP/1.1\r\n" + HOST + "\r\n");
            assertThat(client.readAnswer()).doesNotContain("connection: close");
            client.send("POST /nowhere HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n\r\nGET /");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 404").contains("connection: close");
        }
    }

    @Test
    void asksForABodyThatWaitsToBeAskedFor() throws IOException {
        try (RawClient client = server.connect()) {
            client.send(
                    "POST /echo HTTP/1.1\r\n"
                            + HOST
                            + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n");
            assertThat(client.readUntil("\r\n\r\n")).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            client.send("abc");
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK").endsWith("abc");
        }
    }

    @Test
    void refusesABodyBeforeItIsSent() throws IOException {
        String start = " HTTP/1.1\r\n" + HOST + "Expect: 100-continue\r\nContent-Length: ";
        assertThat(server.exchange("POST /echo" + start + "99999999\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ");
        assertThat(server.exchange("POST /nowhere" + start + "3\r\n\r\n"))
                .startsWith("HTTP/1.1 404 ");
        assertThat(server.exchange("DELETE /echo" + start + "3\r\n\r\n"))
                .startsWith("HTTP/1.1 405 ");
    }

    @Test
    void thePathDecidesHowLargeABodyMayBe() throws IOException {
        String start = " HTTP/1.1\r\n" + HOST + "Expect: 100-continue\r\nContent-Length: ";

        assertThat(server.exchange("POST /echo" + start + "65537\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ")
                .contains("more than 65536 bytes (http.max_body_bytes)");
        assertThat(server.exchange("POST /v1/chatter" + start + "65537\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ")
                .contains("more than 65536 bytes (http.max_body_bytes)");
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/chat/completions, chat",
        "/v1/responses, responses",
        "/v1/responses/x/cancel, responses",
        "/v1/messages, messages",
        "/v1/messages/count_tokens, messages",
        "/mcp, mcp"
    })
    void eachFrontHasAKeyForTheSizeOfBodies(String path, String front) throws IOException {
        String start = " HTTP/1.1\r\n" + HOST + "Expect: 100-continue\r\nContent-Length: ";

        assertThat(server.exchange("POST " + path + start + "65537\r\n\r\n"))
                .startsWith("HTTP/1.1 404 ");
        assertThat(server.exchange("POST " + path + start + "262145\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ")
                .contains("more than 262144 bytes (http.max_%s_body_bytes)".formatted(front));
    }

    @Test
    void aClientThatStillSendsGetsItsRefusalAndNoReset() throws Exception {
        try (RawClient client = server.connect()) {
            client.send("POST /echo HTTP/1.1\r\n" + HOST + "Content-Length: 9000000\r\n\r\n");
            for (int i = 0; i < 20; i++) {
                client.send("x".repeat(50_000));
            }
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 413 ");
        }
    }

    @Test
    void speaksHttp10AndClosesBehindTheAnswer() throws IOException {
        assertThat(server.exchange("GET /agents/old HTTP/1.0\r\n\r\n"))
                .startsWith("HTTP/1.1 200 OK")
                .contains("connection: close\r\n")
                .endsWith("old|null");
        assertThat(server.exchange("GET /agents/old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"))
                .contains("connection: close\r\n");
    }

    @Test
    void closesWhenTheClientAsksForIt() throws IOException {
        assertThat(
                        server.exchange(
                                "GET /agents/a HTTP/1.1\r\n"
                                        + HOST
                                        + "Connection: x, Close\r\n\r\nGET /echo HTTP/1.1\r\n"))
                .contains("connection: close\r\n")
                .endsWith("a|null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "trace-1/2:3", "~!#$%&()*+,-./"})
    void echoesAGoodRequestId(String id) throws IOException {
        assertThat(server.exchange("GET /nowhere HTTP/1.0\r\nX-Request-ID: " + id + "\r\n\r\n"))
                .contains("x-request-id: " + id + "\r\n")
                .contains("\"request_id\":\"" + id + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "\"a\"", "it's", "back\\slash", "caf\u00e9"})
    void replacesABadRequestId(String id) throws IOException {
        assertThat(server.exchange("GET /echo HTTP/1.0\r\nX-Request-ID: " + id + "\r\n\r\n"))
                .containsPattern("x-request-id: [0-9a-f]{16}\r\n");
    }

    @Test
    void replacesARequestIdThatIsTooLongOrSentTwice() throws IOException {
        assertThat(
                        server.exchange(
                                "GET /echo HTTP/1.0\r\nX-Request-ID: "
                                        + "a".repeat(129)
                                        + "\r\n\r\n"))
                .containsPattern("x-request-id: [0-9a-f]{16}\r\n");
        assertThat(
                        server.exchange(
                                "GET /echo HTTP/1.0\r\nX-Request-ID: a\r\nX-Request-ID: a\r\n\r\n"))
                .containsPattern("x-request-id: [0-9a-f]{16}\r\n");
    }

    @Test
    void handsOnAValidTraceParentOnly() throws Exception {
        Route traced =
                new TestRoute(
                        HttpMethod.GET,
                        "/traced",
                        (request, responder) ->
                                responder.whole(
                                        OK,
                                        TestServer.TEXT,
                                        TestServer.text(String.valueOf(request.traceParent()))));
        restart(TestServer.settings(), traced);
        String good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assertThat(send(to("/traced").header("traceparent", good)).body()).isEqualTo(good);
        for (String bad :
                List.of(
                        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                        good + "0",
                        good.replace('-', '_'))) {
            assertThat(send(to("/traced").header("traceparent", bad)).body()).isEqualTo("null");
        }
    }

    @Test
    void answersWhatARouteThrows() throws Exception {
        assertThat(send(to("/crash?how=problem")).statusCode()).isEqualTo(202);
        HttpResponse<String> answer = send(to("/crash").POST(BodyPublishers.ofString("x")));
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).contains("look for its request_id").doesNotContain("meant by");
    }

    @Test
    void tellsOnceThatAClientLeftBeforeItsAnswer() throws Exception {
        try (RawClient client = server.connect()) {
            client.send("GET /later/1 HTTP/1.1\r\n" + HOST + "\r\n");
            nextWaiting();
        }
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("gone 1");
        try (RawClient client = server.connect()) {
            client.send("GET /later/2 HTTP/1.1\r\n" + HOST + "\r\n");
            Waiting second = nextWaiting();
            client.reset();
            assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("gone 2");
            answer(second, "too late, and dropped");
        }
        server.observer.await("ended /later/{n} GET 499");
        server.observer.await("ended /later/{n} GET 499");
        server.observer.await("closed");
        assertThat(told).isEmpty();
    }

    @Test
    void aClientThatEndsItsSideCountsAsGone() throws Exception {
        try (RawClient client = server.connect()) {
            client.send("GET /later/1 HTTP/1.1\r\n" + HOST + "\r\n");
            nextWaiting();
            client.socket().shutdownOutput();
            assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("gone 1");
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void answersAtOnceEvenAClientThatEndsItsSideAtOnce() throws Exception {
        try (RawClient client = server.connect()) {
            client.send("GET /agents/nc HTTP/1.1\r\n" + HOST + "\r\n");
            client.socket().shutdownOutput();
            assertThat(client.readToEnd()).endsWith("nc|null");
        }
    }

    @Test
    void refusesConnectionsOverTheLimitUntilOneCloses() throws Exception {
        restart(new SettingsBuilder().maxConnections(2).build());
        try (RawClient first = server.connect();
                RawClient second = server.connect()) {
            first.send("GET /agents/1 HTTP/1.1\r\n" + HOST + "\r\n");
            assertThat(first.readAnswer()).endsWith("1|null");
            second.send("GET /agents/2 HTTP/1.1\r\n" + HOST + "\r\n");
            assertThat(second.readAnswer()).endsWith("2|null");
            try (RawClient third = server.connect()) {
                assertThat(third.readToEnd())
                        .startsWith("HTTP/1.1 503 ")
                        .contains("retry-after: 1\r\n", "connection: close\r\n");
            }
        }
        server.observer.await("refused connection");
        server.observer.await("closed");
        server.observer.await("closed");
        assertThat(server.exchange("GET /agents/4 HTTP/1.0\r\n\r\n")).endsWith("4|null");
    }

    @Test
    void drainsByFinishingWhatIsUnderWayAndClosingTheRest() throws Exception {
        try (RawClient idle = server.connect();
                RawClient busy = server.connect()) {
            idle.send("GET /agents/1 HTTP/1.1\r\n" + HOST + "\r\n");
            idle.readAnswer();
            busy.send("GET /later/1 HTTP/1.1\r\n" + HOST + "\r\n");
            Waiting last = nextWaiting();
            var drained = server.pipeline.drain().toCompletableFuture();
            assertThat(idle.readToEnd()).isEmpty();
            assertThat(drained).isNotDone();
            answer(last, "the last");
            assertThat(busy.readToEnd()).contains("connection: close\r\n").endsWith("the last");
            busy.socket().shutdownOutput();
            idle.socket().shutdownOutput();
            drained.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void allowsConfiguredOriginsAndNamesThem() throws Exception {
        restart(new SettingsBuilder().origins("https://app.example").build());
        HttpResponse<String> answer =
                send(
                        to("/agents/a")
                                .header("Origin", "https://app.example")
                                .header("Sec-Fetch-Site", "cross-site"));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("access-control-allow-origin"))
                .hasValue("https://app.example");
        assertThat(answer.headers().firstValue("vary")).hasValue("origin");
        assertThat(answer.headers().firstValue("access-control-expose-headers").orElseThrow())
                .contains(
                        "x-request-id",
                        "retry-after",
                        "retry-after-ms",
                        "x-should-retry",
                        "ratelimit",
                        "ratelimit-policy");
        HttpResponse<String> preflight =
                send(
                        to("/echo")
                                .method("OPTIONS", BodyPublishers.noBody())
                                .header("Origin", "https://app.example")
                                .header("Access-Control-Request-Method", "POST"));
        assertThat(preflight.statusCode()).isEqualTo(204);
        assertThat(preflight.headers().firstValue("access-control-allow-methods").orElseThrow())
                .contains("POST");
        assertThat(preflight.headers().firstValue("access-control-allow-headers").orElseThrow())
                .contains("authorization", "content-type")
                .endsWith(", *"); // SDKs send headers of their own
        HttpResponse<String> plain = send(to("/agents/a"));
        assertThat(plain.headers().firstValue("access-control-allow-origin")).isEmpty();
        assertThat(plain.headers().firstValue("vary")).hasValue("origin");
        assertThat(send(to("/agents/a").header("Origin", "https://app.example.evil")).statusCode())
                .isEqualTo(403);
    }

    @Test
    void allowsItsOwnOriginOverLoopback() throws IOException {
        String answer =
                server.exchange(
                        "GET /agents/a HTTP/1.1\r\nConnection: close\r\n"
                                + ownOrigin("localhost:8470")
                                + "\r\n");
        assertThat(answer).startsWith("HTTP/1.1 200 OK").doesNotContain("access-control");
    }

    private static String ownOrigin(String host) {
        return "Host: %s\r\nOrigin: http://%<s\r\nSec-Fetch-Site: same-origin\r\n".formatted(host);
    }

    @Test
    void overAUnixSocketTakesAnyHostThatIsWellFormed(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("http.sock");
        try (TestServer unix =
                new TestServer(TestServer.settings(), new Unix(path.toString()), later)) {
            assertThat(exchange(path, "GET /agents/a HTTP/1.1\r\nHost: any.example\r\n"))
                    .startsWith("HTTP/1.1 200 OK")
                    .endsWith("a|null");
            assertThat(exchange(path, "GET /agents/a HTTP/1.1\r\nHost: any/example\r\n"))
                    .startsWith("HTTP/1.1 400 ");
            unix.observer.await("closed");
            unix.observer.await("closed");
        }
    }

    private static String exchange(Path path, String request) throws IOException {
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            client.write(ByteBuffer.wrap(TestServer.latin1(request + "Connection: close\r\n\r\n")));
            return new String(
                    Channels.newInputStream(client).readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void aSecondAnswerThrowsAndChangesNothing() throws Exception {
        try (RawClient client = server.connect()) {
            client.send("GET /later/1 HTTP/1.1\r\n" + HOST + "\r\n");
            Waiting it = nextWaiting();
            it.responder()
                    .eventLoop()
                    .submit(() -> {
                        it.responder().noContent();
                        ByteBuf second = TestServer.text("second");
                        try {
                            it.responder().json(OK, second);
                        } catch (IllegalStateException e) {
                            told.add("threw, buffers left: " + second.refCnt());
                        }
                    })
                    .sync();
            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 204");
            assertThat(told).containsExactly("threw, buffers left: 0");
        }
    }

    @Test
    void answersAFailureAsItsProblem() throws Exception {
        try (RawClient client = server.connect()) {
            client.send("GET /later/1 HTTP/1.1\r\n" + HOST + "\r\n");
            Waiting it = nextWaiting();
            it.responder()
                    .eventLoop()
                    .execute(() ->
                            it.responder().failure(new Failure.Overloaded("the pool is full")));
            assertThat(client.readAnswer())
                    .startsWith("HTTP/1.1 429 ")
                    .contains("retry-after: 1\r\n")
                    .contains("the pool is full");
        }
    }
}
