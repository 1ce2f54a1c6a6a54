package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Server;
import dev.culvert.daemon.client.http.Tunnel;
import dev.culvert.daemon.http.tls.TestCertificates;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests whose connection becomes a tunnel to a port of an agent. */
@Timeout(60)
@SuppressWarnings("try") // some close what they have opened before the end
class ForwardTest {
    private static final String UPGRADE = "connection: Upgrade\r\nupgrade: culvert-tunnel\r\n";

    @TempDir Path folder;

    private static DialledPair allowing(ServerSocket service, String more) throws Exception {
        int port = service.getLocalPort();
        return DialledPair.start(
                TunnelContract.allowed(port) + more,
                "\"forward_ports\": \"%d\",".formatted(port),
                guest -> guest);
    }

    private static String path(int port) {
        return "/api/v1/agents/a/forward/" + port;
    }

    private static Tunnel open(Server server, String token, Optional<Path> ca, ServerSocket to)
            throws IOException {
        return new Api(server, token, ca, Duration.ofSeconds(20), _ -> {})
                .tunnel(path(to.getLocalPort()), "culvert-tunnel");
    }

    private static Server plain(TestDaemon daemon) {
        return new Server.Http("127.0.0.1", daemon.port(), "");
    }

    private static Socket accept(ServerSocket service) throws IOException {
        service.setSoTimeout(20_000);
        Socket accepted = service.accept();
        accepted.setSoTimeout(20_000);
        return accepted;
    }

    /** What the client sends ends before what comes back, and both are whole. */
    private static void exchange(Tunnel tunnel, Socket service) throws Exception {
        byte[] up = new byte[1_500_000];
        byte[] down = new byte[2_500_000];
        new Random(5).nextBytes(up);
        new Random(6).nextBytes(down);
        CompletableFuture<byte[]> atService =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return service.getInputStream().readAllBytes();
                            } catch (IOException e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        task -> Thread.ofVirtual().start(task));
        tunnel.out().write(up);
        tunnel.endOutput();
        assertSame(atService.join(), up);

        Thread.ofVirtual()
                .start(() -> {
                    try (service) {
                        service.getOutputStream().write(down);
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                });
        assertSame(tunnel.in().readAllBytes(), down);
    }

    private static void assertSame(byte[] arrived, byte[] sent) {
        assertThat(arrived.length).isEqualTo(sent.length);
        assertThat(Arrays.mismatch(arrived, sent)).isEqualTo(-1);
    }

    @Test
    void theConnectionCarriesBytesAndEachDirectionEndsByItself() throws Exception {
        try (ServerSocket service = TunnelContract.service();
                DialledPair pair = allowing(service, "");
                Tunnel tunnel = open(plain(pair.daemon()), "", Optional.empty(), service)) {
            exchange(tunnel, accept(service));
        }
    }

    @Test
    void overAUnixSocketToo() throws Exception {
        Path socket = folder.resolve("admin.sock");
        String admin = "\"admin\": {\"listen\": [\"unix://%s\"]},".formatted(socket);
        try (ServerSocket service = TunnelContract.service();
                DialledPair _ = allowing(service, admin);
                Tunnel tunnel = open(new Server.Unix(socket), "", Optional.empty(), service)) {
            exchange(tunnel, accept(service));
        }
    }

    @Test
    void overTlsToo() throws Exception {
        TestCertificates certificates = new TestCertificates();
        Path ca = Files.writeString(folder.resolve("ca.pem"), certificates.chain("issuer"));
        try (ServerSocket service = TunnelContract.service();
                DialledPair pair = allowing(service, tls(certificates));
                Tunnel tunnel =
                        open(
                                new Server.Https("127.0.0.1", tlsPort(pair.daemon()), ""),
                                "",
                                Optional.of(ca),
                                service)) {
            exchange(tunnel, accept(service));
        }
    }

    /** Whoever reads must see an orderly end, or takes what came for a part. */
    @Test
    void overTlsTheServiceMayEndFirst() throws Exception {
        TestCertificates certificates = new TestCertificates();
        Path ca = Files.writeString(folder.resolve("ca.pem"), certificates.chain("issuer"));
        try (ServerSocket service = TunnelContract.service();
                DialledPair pair = allowing(service, tls(certificates));
                Tunnel tunnel =
                        open(
                                new Server.Https("127.0.0.1", tlsPort(pair.daemon()), ""),
                                "",
                                Optional.of(ca),
                                service);
                Socket accepted = accept(service)) {
            accepted.getOutputStream().write("answer".getBytes(UTF_8));
            accepted.shutdownOutput();
            assertThat(tunnel.in().readAllBytes()).asString(UTF_8).isEqualTo("answer");

            tunnel.out().write("late".getBytes(UTF_8));
            tunnel.endOutput();

            assertThat(accepted.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo("late");
        }
    }

    private String tls(TestCertificates made) throws Exception {
        Path cert = Files.writeString(folder.resolve("c.pem"), made.chain("server"));
        Path key = Files.writeString(folder.resolve("k.pem"), made.key("server"));
        return """
        "http": {
          "listen": ["tcp://127.0.0.1:0", "tls://127.0.0.1:0"],
          "tls": {"cert": "%s", "key": "%s"}
        },
        """
                .formatted(cert, key);
    }

    private static int tlsPort(TestDaemon daemon) {
        return ((AgentAddress.Tcp) daemon.daemon().addresses().getLast()).port();
    }

    @Test
    void bytesThatFollowTheRequestAtOnceAreNotLost() throws Exception {
        try (ServerSocket service = TunnelContract.service();
                DialledPair pair = allowing(service, "");
                RawConnection client = new RawConnection(pair.daemon())) {
            client.send(
                    "GET "
                            + path(service.getLocalPort())
                            + " HTTP/1.1\r\nhost: localhost\r\n"
                            + UPGRADE
                            + "\r\nhello");
            try (Socket accepted = accept(service)) {
                assertThat(accepted.getInputStream().readNBytes(5))
                        .asString(UTF_8)
                        .isEqualTo("hello");
            }
            assertThat(client.head())
                    .startsWith("HTTP/1.1 101 ")
                    .containsIgnoringCase("\r\nupgrade: culvert-tunnel\r\n");
        }
    }

    /** The service may have spoken before the client's connection is ready to carry it. */
    @Test
    void whatTheServiceSaysFirstIsNotLost() throws Exception {
        try (ServerSocket service = TunnelContract.service();
                DialledPair pair = allowing(service, "")) {
            Thread greeter =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    for (int i = 0; i < 50; i++) {
                                        try (Socket accepted = accept(service)) {
                                            accepted.getOutputStream()
                                                    .write("SSH-2.0".getBytes(UTF_8));
                                        }
                                    }
                                } catch (IOException e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            for (int i = 0; i < 50; i++) {
                try (Tunnel tunnel = open(plain(pair.daemon()), "", Optional.empty(), service)) {
                    assertThat(tunnel.in().readAllBytes()).asString(UTF_8).isEqualTo("SSH-2.0");
                }
            }
            greeter.join();
        }
    }

    @Test
    void withoutTheUpgradeTheAnswerSaysHowToAsk() throws Exception {
        try (ServerSocket service = TunnelContract.service();
                DialledPair pair = allowing(service, "")) {
            HttpResponse<String> answer = pair.daemon().get(path(service.getLocalPort()));

            assertThat(answer.statusCode()).isEqualTo(426);
            assertThat(answer.headers().firstValue("upgrade")).hasValue("culvert-tunnel");
            assertThat(answer.body()).contains("culvert forward");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65536", "x", "080", "-1", "999999", "%31"})
    void aPortThatIsNoneIsRefused(String port) throws Exception {
        try (TestDaemon daemon =
                TestDaemon.with(TunnelContract.allowed(1), ScriptedGuest.announcing("tunnel"))) {
            int status = port.equals("%31") ? 426 : 400; // %31 is 1
            assertThat(daemon.get("/api/v1/agents/a/forward/" + port).statusCode())
                    .isEqualTo(status);
        }
    }

    @Test
    void whyThereIsNoTunnelIsAProblemWithACode() throws Exception {
        int free;
        try (ServerSocket service = TunnelContract.service()) {
            free = service.getLocalPort();
        }
        try (ServerSocket service = TunnelContract.service();
                DialledPair pair = allowing(service, "")) {
            int allowed = service.getLocalPort();
            assertRefused(pair.daemon(), "/api/v1/agents/z/forward/" + allowed, 404, "no agent");
            assertRefused(pair.daemon(), path(free), 403, "\"code\":\"not_allowed\"");

            service.close();
            assertRefused(pair.daemon(), path(allowed), 502, "\"code\":\"no_listener\"");
        }
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel");
                TestDaemon daemon = TestDaemon.with(TunnelContract.allowed(7), guest)) {
            assertRefused(daemon, path(7), 501, "\"code\":\"no_tunnels\"");

            guest.close();
            daemon.awaitState("a", "unreachable");
            assertThat(assertRefused(daemon, path(7), 503, "\"code\":\"agent_away\""))
                    .containsIgnoringCase("\r\nretry-after: 2\r\n");
        }
    }

    private static String assertRefused(TestDaemon daemon, String path, int status, String said)
            throws Exception {
        try (RawConnection client = new RawConnection(daemon)) {
            client.send("GET " + path + " HTTP/1.1\r\nhost: localhost\r\n" + UPGRADE + "\r\n");
            String answer = client.answer();
            assertThat(answer)
                    .startsWith("HTTP/1.1 " + status)
                    .contains("application/problem+json")
                    .contains(said);
            return answer;
        }
    }

    @Test
    void overHttp2TheAnswerNamesTheVersionThatWorks() throws Exception {
        TestCertificates certificates = new TestCertificates();
        HttpClient client = HttpClient.newBuilder().sslContext(certificates.client(false)).build();
        try (TestDaemon daemon =
                TestDaemon.with(
                        tls(certificates) + TunnelContract.allowed(80),
                        ScriptedGuest.announcing("tunnel"))) {
            URI uri = URI.create("https://127.0.0.1:" + tlsPort(daemon) + path(80));

            HttpResponse<String> answer =
                    client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());

            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(answer.statusCode()).isEqualTo(505);
            assertThat(answer.body()).contains("over HTTP/2: ask again over HTTP/1.1");
        }
    }

    @Test
    void aTokenNeedsTheScopeAndItsEndEndsTheConnection() throws Exception {
        try (ServerSocket service = TunnelContract.service();
                DialledPair pair = allowing(service, "")) {
            TestDaemon daemon = pair.daemon();
            String admin = member("token", make(daemon, "admin", "\"roles\":[\"admin\"]", ""));
            String some = member("token", make(daemon, "some", "\"roles\":[\"operator\"]", admin));
            String made = make(daemon, "reach", "\"scopes\":[\"reach\"]", admin);

            HttpResponse<String> refused =
                    daemon.send("GET", path(1), "", "authorization", "Bearer " + some);
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.body()).contains("scope reach");

            try (Tunnel tunnel =
                            open(plain(daemon), member("token", made), Optional.empty(), service);
                    Socket accepted = accept(service)) {
                daemon.send(
                        "DELETE",
                        "/api/v1/tokens/" + member("id", made),
                        "",
                        "authorization",
                        "Bearer " + admin);

                assertThat(endOf(tunnel)).isEqualTo(-1);
                assertThat(endOf(accepted)).isEqualTo(-1);
            }
        }
    }

    private static String make(TestDaemon daemon, String name, String rights, String by)
            throws Exception {
        String body = "{\"name\":\"%s\",%s}".formatted(name, rights);
        return by.isEmpty()
                ? daemon.post("/api/v1/tokens", body).body()
                : daemon.send("POST", "/api/v1/tokens", body, "authorization", "Bearer " + by)
                        .body();
    }

    private static String member(String name, String json) {
        Matcher matcher = Pattern.compile("\"" + name + "\":\"([^\"]+)\"").matcher(json);
        assertThat(matcher.find()).as(json).isTrue();
        return matcher.group(1);
    }

    /** -1 after an end or a reset. */
    private static int endOf(Tunnel tunnel) {
        try {
            return tunnel.in().read();
        } catch (IOException _) {
            return -1;
        }
    }

    private static int endOf(Socket socket) {
        try {
            return socket.getInputStream().read();
        } catch (IOException _) {
            return -1;
        }
    }
}
