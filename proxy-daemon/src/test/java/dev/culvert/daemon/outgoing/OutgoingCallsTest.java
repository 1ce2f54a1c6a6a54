package dev.culvert.daemon.outgoing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.checks.AddressRule;
import dev.culvert.checks.PublicAddresses;
import dev.culvert.daemon.http.tls.TestCertificates;
import dev.culvert.daemon.outgoing.OutgoingCalls.Door;
import dev.culvert.transport.EventLoops;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLServerSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Over real sockets, against a server that says what the test wants, word for word. */
@Timeout(30)
class OutgoingCallsTest {
    private static EventLoops loops = EventLoops.start(1, "outgoing");

    @BeforeAll
    static void start() {
        loops.close();
        loops = EventLoops.start(1, "outgoing");
    }

    @AfterAll
    static void stop() {
        loops.close();
    }

    /** Answers each connection with the same words, and keeps what it was asked. */
    private static final class Server implements AutoCloseable {
        final ServerSocket socket;
        final BlockingQueue<String> asked = new LinkedBlockingQueue<>();

        Server(ServerSocket socket, String answer, boolean closes) {
            this.socket = socket;
            Thread.ofVirtual()
                    .start(() -> {
                        while (!socket.isClosed()) {
                            try {
                                Socket client = socket.accept();
                                asked.add(head(client.getInputStream()));
                                client.getOutputStream().write(answer.getBytes(UTF_8));
                                client.getOutputStream().flush();
                                if (closes) {
                                    client.close();
                                }
                            } catch (IOException _) {
                                // the test is over, or the client did not like the certificate
                            }
                        }
                    });
        }

        static Server saying(String answer) throws IOException {
            return new Server(listen(), answer, true);
        }

        static ServerSocket listen() throws IOException {
            return new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        }

        private static String head(InputStream in) throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int next = in.read();
                if (next < 0) {
                    break;
                }
                head.append((char) next);
            }
            return head.toString();
        }

        String url(String path) {
            return "http://127.0.0.1:" + socket.getLocalPort() + path;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static OutgoingRequest get(String url) {
        return new OutgoingRequest(
                HttpMethod.GET, URI.create(url), Map.of(), "", Duration.ofSeconds(20), 100);
    }

    private static Object ask(OutgoingRequest request, @Nullable SslContext tls) throws Exception {
        return ask(request, tls, AddressRule.ANY);
    }

    private static Object ask(OutgoingRequest request, @Nullable SslContext tls, AddressRule rule)
            throws Exception {
        BlockingQueue<Object> told = new LinkedBlockingQueue<>();
        new OutgoingCalls(loops.transport())
                .begin(
                        loops.next(),
                        request,
                        new Door(tls, rule),
                        new OutgoingListener() {
                            @Override
                            public void onAnswer(OutgoingAnswer answer) {
                                told.add(answer);
                            }

                            @Override
                            public void onFailed(OutgoingFailure failure) {
                                told.add(failure);
                            }
                        });
        Object first = told.poll(25, TimeUnit.SECONDS);
        assertThat(first).isNotNull();
        return first;
    }

    private static OutgoingAnswer answer(OutgoingRequest request) throws Exception {
        return (OutgoingAnswer) ask(request, null);
    }

    private static OutgoingFailure failure(OutgoingRequest request) throws Exception {
        return (OutgoingFailure) ask(request, null);
    }

    @Test
    void sendsARequestAndReadsTheWholeAnswer() throws Exception {
        try (Server server =
                Server.saying(
                        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nX-One: 1\r\nx-one: 2\r\ncontent-length: 3\r\n\r\nh\u00fc")) {
            OutgoingAnswer answer =
                    answer(
                            new OutgoingRequest(
                                    HttpMethod.PATCH,
                                    URI.create(server.url("/a b?c=\u00fc".replace(" ", "%20"))),
                                    Map.of("x-more", "yes"),
                                    "{}",
                                    Duration.ofSeconds(20),
                                    100));

            assertThat(answer.status()).isEqualTo(201);
            assertThat(answer.isSuccess()).isTrue();
            assertThat(answer.body()).isEqualTo("h\u00fc");
            assertThat(answer.header("x-one")).isEqualTo("1");
            assertThat(answer.isCut()).isFalse();
            assertThat(server.asked.take())
                    .startsWith("PATCH /a%20b?c=%C3%BC HTTP/1.1\r\n")
                    .contains("content-length: 2", "x-more: yes", "user-agent: culvertd/");
        }
    }

    @Test
    void readsNoMoreThanItIsToldTo() throws Exception {
        try (Server server = Server.saying("HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(1_000))) {
            OutgoingAnswer answer = answer(get(server.url("/")));

            assertThat(answer.body()).isEqualTo("x".repeat(100));
            assertThat(answer.isCut()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf",
                "220 mail.example ESMTP\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"
            })
    void anAnswerThatIsNotWholeIsNone(String words) throws Exception {
        try (Server server = Server.saying(words)) {
            OutgoingFailure failure = failure(get(server.url("/secret")));

            assertThat(failure.mayBeDone()).isTrue();
            assertThat(failure.sentence()).startsWith("http://127.0.0.1:").doesNotContain("secret");
        }
    }

    @Test
    void waitsNoLongerThanItIsToldTo() throws Exception {
        try (Server server = new Server(Server.listen(), "HTTP/1.1 200", false)) {
            OutgoingFailure failure =
                    failure(
                            new OutgoingRequest(
                                    HttpMethod.GET,
                                    URI.create(server.url("/")),
                                    Map.of(),
                                    "",
                                    Duration.ofMillis(150),
                                    100));

            assertThat(failure.sentence()).endsWith("no answer within 150 ms");
            assertThat(failure.mayBeDone()).isTrue();
        }
    }

    @Test
    void whatNobodyTookWasNotDone() throws Exception {
        int port;
        try (ServerSocket closed = Server.listen()) {
            port = closed.getLocalPort();
        }

        OutgoingFailure refused = failure(get("http://127.0.0.1:" + port + "/"));
        OutgoingFailure unknown = failure(get("http://no-such-host.invalid/"));

        assertThat(refused.mayBeDone()).isFalse();
        assertThat(refused.sentence()).contains("nothing listens on this port");
        assertThat(unknown.mayBeDone()).isFalse();
        assertThat(unknown.sentence()).contains("no such host");
    }

    @Test
    void connectsOnlyWhereItMay() throws Exception {
        try (Server server = Server.saying("HTTP/1.1 200 OK\r\n\r\n")) {
            Object refused = ask(get(server.url("/")), null, new PublicAddresses(List.of()));

            assertThat(((OutgoingFailure) refused).sentence())
                    .contains("its name leads to no public address", "checks.networks");
            assertThat(server.asked).isEmpty();
        }
    }

    @Test
    void aHeaderThatCannotBeSentIsSaid() throws Exception {
        try (Server server = Server.saying("")) {
            OutgoingFailure failure =
                    failure(
                            new OutgoingRequest(
                                    HttpMethod.GET,
                                    URI.create(server.url("/")),
                                    Map.of("x", "a\r\nhost: b"),
                                    "",
                                    Duration.ofSeconds(20),
                                    100));

            assertThat(failure.mayBeDone()).isFalse();
            assertThat(failure.sentence()).contains("the request cannot be sent");
        }
    }

    @Test
    void trustsTheAuthoritiesOfAFileAndNoOthers(@TempDir Path directory) throws Exception {
        TestCertificates certificates = new TestCertificates();
        Path issuer =
                Files.writeString(directory.resolve("issuer.pem"), certificates.chain("issuer"));
        SSLServerSocket socket =
                (SSLServerSocket)
                        certificates
                                .server()
                                .getServerSocketFactory()
                                .createServerSocket(0, 5, InetAddress.getLoopbackAddress());
        try (Server server = new Server(socket, "HTTP/1.1 204 No Content\r\n\r\n", true)) {
            String url = "https://localhost:" + server.socket.getLocalPort() + "/";
            TrustedAuthorities authorities = new TrustedAuthorities(List.of());

            Object trusted = ask(get(url), authorities.of(Optional.of(issuer)));
            Object refused = ask(get(url), authorities.of(Optional.empty()));

            assertThat(((OutgoingAnswer) trusted).status()).isEqualTo(204);
            assertThat(((OutgoingFailure) refused).sentence()).contains("TLS failed");
            assertThat(((OutgoingFailure) refused).mayBeDone()).isFalse();
        }
    }

    @Test
    void saysWhichFileHasNoAuthorities(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("ca.pem"), "nothing");
        TrustedAuthorities authorities = new TrustedAuthorities(List.of());

        assertThatThrownBy(() -> authorities.of(Optional.of(file)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file + " has no certificate in PEM");
        assertThatThrownBy(() -> authorities.of(Optional.of(directory.resolve("none"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot be read");
    }
}
