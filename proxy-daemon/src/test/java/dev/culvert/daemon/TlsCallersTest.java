package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.daemon.http.tls.TestCertificates;
import dev.culvert.daemon.traces.OtlpReader.Span;
import dev.culvert.daemon.traces.TestCollector;
import dev.culvert.testing.Eventually;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who calls over TLS and HTTP/2, and what log and traces say of it. */
@Timeout(60)
class TlsCallersTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String STREAM = "/api/v1/agents/a/stream";

    private static TestCertificates certificates;

    @TempDir Path directory;

    private record Made(String id, String secret) {}

    @BeforeAll
    static void make() throws Exception {
        certificates = new TestCertificates();
    }

    /**
     * @param tls further members of {@code http.tls}
     * @param more further sections
     */
    private TestDaemon daemon(String tls, String more, ScriptedGuest... guests) throws Exception {
        Path cert = Files.writeString(directory.resolve("cert.pem"), certificates.chain("server"));
        Path key = Files.writeString(directory.resolve("key.pem"), certificates.key("server"));
        Files.writeString(directory.resolve("ca.pem"), certificates.chain("issuer"));
        return TestDaemon.with(
                """
                %s
                "http": {
                  "listen": ["tcp://127.0.0.1:0", "tls://127.0.0.1:0"],
                  "tls": {"cert": "%s", "key": "%s"%s}
                },
                """
                        .formatted(more, cert, key, tls),
                guests);
    }

    private String clientCertificates(String auth) {
        return ", \"client_ca\": \"%s\", \"client_auth\": \"%s\""
                .formatted(directory.resolve("ca.pem"), auth);
    }

    private static HttpClient client(Version version, boolean withCertificate) throws Exception {
        return HttpClient.newBuilder()
                .version(version)
                .sslContext(certificates.client(withCertificate))
                .build();
    }

    private static HttpRequest request(TestDaemon daemon, String path, String... headers) {
        AgentAddress.Tcp tls = (AgentAddress.Tcp) daemon.daemon().addresses().getLast();
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + tls.port() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return path.equals(STREAM)
                ? request.POST(BodyPublishers.ofString(MESSAGE)).build()
                : request.build();
    }

    private static HttpResponse<String> get(
            HttpClient client, TestDaemon daemon, String path, String... headers) throws Exception {
        return client.send(request(daemon, path, headers), BodyHandlers.ofString());
    }

    private static Made token(TestDaemon daemon, String members, String... headers)
            throws Exception {
        String body = daemon.send("POST", "/api/v1/tokens", "{" + members + "}", headers).body();
        return new Made(member(body, "id"), member(body, "token"));
    }

    private static String member(String body, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]+)\"").matcher(body);
        assertThat(found.find()).as(body).isTrue();
        return found.group(1);
    }

    private static String[] bearer(Made token) {
        return new String[] {"authorization", "Bearer " + token.secret()};
    }

    private static Made root(TestDaemon daemon) throws Exception {
        return token(daemon, "\"name\":\"root\",\"roles\":[\"admin\"]");
    }

    private static int revoke(TestDaemon daemon, Made token, Made root) throws Exception {
        return daemon.send("DELETE", "/api/v1/tokens/" + token.id(), "", bearer(root)).statusCode();
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void aClientWithTheCertificateOfATokensNameHasThatTokensRights(Version version)
            throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(clientCertificates("optional"), "", guest);
                HttpClient known = client(version, true);
                HttpClient unknown = client(version, false)) {
            Made root = root(daemon);
            assertThat(get(known, daemon, "/api/v1/agents").statusCode())
                    .as("no token has that name")
                    .isEqualTo(401);
            Made ci =
                    token(
                            daemon,
                            "\"name\":\"ci.example\",\"tenant\":\"acme\",\"scopes\":[\"agents:read\"]",
                            bearer(root));

            HttpResponse<String> agents = get(known, daemon, "/api/v1/agents");
            assertThat(agents.version()).isEqualTo(version);
            assertThat(agents.statusCode()).isEqualTo(200);
            assertThat(agents.body()).as("of its tenant only").contains("\"agents\":[]");
            assertThat(get(known, daemon, "/api/v1/agents/a").statusCode()).isEqualTo(404);
            HttpResponse<String> tokens = get(known, daemon, "/api/v1/tokens");
            assertThat(tokens.statusCode()).isEqualTo(403);
            assertThat(tokens.body()).contains("The certificate 'ci.example' may not do this");
            assertThat(get(known, daemon, "/api/v1/agents/a", bearer(root)).statusCode())
                    .as("a token counts more")
                    .isEqualTo(200);
            assertThat(get(unknown, daemon, "/api/v1/agents").statusCode()).isEqualTo(401);
            assertThat(get(unknown, daemon, "/livez").statusCode()).isEqualTo(200);

            assertThat(revoke(daemon, ci, root)).isEqualTo(204);
            assertThat(get(known, daemon, "/api/v1/agents").statusCode()).isEqualTo(401);
        }
    }

    @Test
    void whereACertificateIsRequiredAClientWithoutOneGetsNoConnection() throws Exception {
        try (TestDaemon daemon = daemon(clientCertificates("require"), "");
                HttpClient known = client(Version.HTTP_2, true);
                HttpClient unknown = client(Version.HTTP_2, false)) {
            Made root = root(daemon);
            token(daemon, "\"name\":\"ci\",\"roles\":[\"viewer\"]", bearer(root));
            assertThat(get(known, daemon, "/api/v1/agents").statusCode())
                    .as("by the common name")
                    .isEqualTo(200);
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> get(unknown, daemon, "/api/v1/agents", bearer(root)));
        }
    }

    @Test
    void aRevokedTokenEndsItsStreamOfHttp2WithinASecondAndSaysWhy() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("resume", "cancel");
                TestDaemon daemon = daemon("", "", guest);
                HttpClient client = client(Version.HTTP_2, false)) {
            Made root = root(daemon);
            Made ci = token(daemon, "\"name\":\"ci\",\"roles\":[\"operator\"]", bearer(root));
            CompletableFuture<HttpResponse<InputStream>> begun =
                    client.sendAsync(
                            request(daemon, STREAM, bearer(ci)), BodyHandlers.ofInputStream());
            Request message = guest.take();
            message.chunk(1, "one");
            HttpResponse<InputStream> answer = begun.join();
            assertThat(answer.version()).isEqualTo(Version.HTTP_2);
            try (EventReader events = new EventReader(answer)) {
                assertThat(events.next().type()).isEqualTo("chunk");
                CompletableFuture<HttpResponse<String>> neighbour =
                        client.sendAsync(
                                request(daemon, STREAM, bearer(root)), BodyHandlers.ofString());
                Request other = guest.take();

                long revoked = System.nanoTime();
                assertThat(revoke(daemon, ci, root)).isEqualTo(204);
                EventReader.Event last = events.next();
                assertThat(Duration.ofNanos(System.nanoTime() - revoked))
                        .isLessThan(Duration.ofSeconds(1));
                assertThat(last.type()).isEqualTo("error");
                assertThat(last.data()).contains("\"code\":\"token_revoked\"");
                Request cancel = guest.take();
                assertThat(cancel.type()).isEqualTo("cancel");
                assertThat(cancel.id()).isEqualTo(message.id());

                other.done(1, "still here");
                assertThat(neighbour.join().body())
                        .as("a stream of another token on the same connection")
                        .contains("still here", "event: done");
            }
        }
    }

    @Test
    void theAccessLogAndTracesTellOfStreamsOfHttp2() throws Exception {
        Path log = directory.resolve("log");
        try (TestCollector collector = new TestCollector();
                ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon =
                        daemon(
                                "",
                                """
                                "access_log": {"enabled": true, "to": "%s"},
                                "traces": {"endpoint": "%s", "sample": "0%%"},
                                """
                                        .formatted(log, collector.endpoint()),
                                guest);
                HttpClient client = client(Version.HTTP_2, false)) {
            guest.on("message", it -> it.done("hello"));
            Made ci = root(daemon);
            HttpRequest request =
                    request(
                            daemon,
                            STREAM,
                            "authorization",
                            "Bearer " + ci.secret(),
                            "x-request-id",
                            "r-2",
                            "traceparent",
                            "00-" + TRACE + "-00f067aa0ba902b7-01");
            HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
            assertThat(answer.version()).isEqualTo(Version.HTTP_2);

            Eventually.await(() -> assertThat(lines(log)).anyMatch(it -> it.contains("r-2")));
            String line =
                    lines(log).stream().filter(it -> it.contains("r-2")).findFirst().orElseThrow();
            assertThat(line)
                    .contains(
                            " state=done method=POST route=/api/v1/agents/{id}/stream status=200 ",
                            " caller=token:root ",
                            " trace=" + TRACE + " ",
                            " agent=a turn=a.",
                            " bytes_out=" + answer.body().length() + " ")
                    .containsPattern(" protocol=HTTP/2\\S*( |$)");
            List<Span> spans = collector.await(3);
            assertThat(spans).allMatch(it -> it.traceId().equals(TRACE));
            assertThat(spans.stream().map(Span::name))
                    .contains("POST /api/v1/agents/{id}/stream", "dial", "invoke_agent a");
            assertThat(
                            spans.stream()
                                    .filter(it -> it.name().startsWith("POST"))
                                    .findFirst()
                                    .orElseThrow()
                                    .attributes())
                    .containsEntry("network.protocol.version", "s:2")
                    .containsEntry("culvert.request.id", "s:r-2");
        }
    }

    private static List<String> lines(Path log) {
        try {
            return Files.exists(log) ? Files.readAllLines(log) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
