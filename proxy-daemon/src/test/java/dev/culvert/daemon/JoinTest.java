package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.http.tls.TestCertificates;
import dev.culvert.guest.Guest;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.link.BasePeer;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import dev.culvert.testing.CapturedLog;
import dev.culvert.transport.AgentAddress;
import java.io.DataInputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A guest that dials in, over everything that a link can go over. */
class JoinTest {
    private static final String LOOPS = "\"event_loops\": 2,";
    private static final String TCP = "\"join\": {\"listen\": [\"tcp://127.0.0.1:0\"]},";

    @TempDir Path folder;

    private TestDaemon daemon(String more) throws Exception {
        return TestDaemon.start("{" + LOOPS + more + "}");
    }

    private Guest guest(TestDaemon daemon, String join, String more) throws Exception {
        return guest(daemon, join, more, "1ms");
    }

    /** Enrols as {@code a}. */
    private Guest guest(TestDaemon daemon, String join, String more, String delay)
            throws Exception {
        String made = daemon.post("/api/v1/enrollments", "{\"name\":\"a\"}").body();
        String text =
                """
                {
                  "join": "%s", "join_token": "%s", "state_dir": "%s", %s
                  "runtime": "echo", "drain": "0s", "echo_delay": "%s"
                }
                """
                        .formatted(
                                join,
                                BasePeer.text(made, "token"),
                                Files.createDirectories(folder.resolve("guest")),
                                more,
                                delay);
        return Guest.start(
                Settings.read(List.of(Layer.text("guest", text)), GuestSettings::read).value(),
                Systemd.ABSENT);
    }

    private static String join(TestDaemon daemon) {
        return daemon.daemon().joinAddresses().getFirst().toString();
    }

    private static int httpPort(TestDaemon daemon) {
        return ((AgentAddress.Tcp) daemon.daemon().addresses().getFirst()).port();
    }

    private static int tlsPort(TestDaemon daemon) {
        return ((AgentAddress.Tcp) daemon.daemon().addresses().getLast()).port();
    }

    /** Messages, a stream and a ping on more connections than there are loops. */
    private static void work(TestDaemon daemon) throws Exception {
        daemon.awaitState("a", "ready");
        for (int i = 0; i < 8; i++) {
            assertThat(
                            daemon.post(
                                            "/api/v1/agents/a/message",
                                            "{\"role\":\"user\",\"content\":\"one two three\"}")
                                    .body())
                    .contains("one two three");
        }
        List<EventReader> streams = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            streams.add(
                    daemon.stream(
                            "POST",
                            "/api/v1/agents/a/stream",
                            "{\"role\":\"user\",\"content\":\"one two three\"}"));
        }
        for (EventReader events : streams) {
            assertThat(events.rest().getLast().type()).isEqualTo("done");
            events.close();
        }
        assertThat(daemon.post("/api/v1/agents/a/ping", "").statusCode()).isEqualTo(200);
    }

    @Test
    void overTcp() throws Exception {
        try (TestDaemon daemon = daemon(TCP);
                Guest guest = guest(daemon, join(daemon), "")) {
            work(daemon);
            assertThat(guest.place()).isEqualTo("joining at " + join(daemon));
        }
    }

    @Test
    void overTheSocketOfAVm() throws Exception {
        Path vm = folder.resolve("v.sock");
        try (TestDaemon daemon =
                        daemon("\"join\": {\"listen\": [\"unix://%s?port=1025\"]},".formatted(vm));
                Guest _ = guest(daemon, "unix://" + vm + "_1025", "")) {
            work(daemon);
        }
    }

    @Test
    void overAWebSocket() throws Exception {
        try (TestDaemon daemon = daemon("");
                Guest _ = guest(daemon, "ws://127.0.0.1:" + httpPort(daemon), "")) {
            work(daemon);
        }
    }

    private String tls() throws Exception {
        TestCertificates certificates = new TestCertificates();
        Path cert = Files.writeString(folder.resolve("cert.pem"), certificates.chain("server"));
        Path key = Files.writeString(folder.resolve("key.pem"), certificates.key("server"));
        Files.writeString(folder.resolve("ca.pem"), certificates.chain("issuer"));
        return "\"http\": {\"listen\": [\"tcp://127.0.0.1:0\", \"tls://127.0.0.1:0\"], \"tls\": {\"cert\": \"%s\", \"key\": \"%s\"}},"
                .formatted(cert, key);
    }

    @Test
    void overTls() throws Exception {
        try (TestDaemon daemon =
                        daemon(tls() + "\"join\": {\"listen\": [\"tls://127.0.0.1:0\"]},");
                Guest _ =
                        guest(
                                daemon,
                                join(daemon),
                                "\"join_ca\": \"%s\",".formatted(folder.resolve("ca.pem")))) {
            assertThat(join(daemon)).startsWith("tls://");
            daemon.awaitState("a", "ready");
        }
    }

    @Test
    void overAWebSocketWithTls() throws Exception {
        try (TestDaemon daemon = daemon(tls());
                Guest _ =
                        guest(
                                daemon,
                                "wss://127.0.0.1:" + tlsPort(daemon),
                                "\"join_ca\": \"%s\",".formatted(folder.resolve("ca.pem")))) {
            daemon.awaitState("a", "ready");
        }
    }

    @Test
    void aDaemonWhoseIssuerIsUnknownIsNotTrusted() throws Exception {
        try (TestDaemon daemon = daemon(tls());
                Guest _ = guest(daemon, "wss://127.0.0.1:" + tlsPort(daemon), "")) {
            daemon.awaitMetric(
                    "culvert_tls_handshakes_total{outcome=\"failed\"}", failed -> failed >= 1);
            assertThat(daemon.get("/api/v1/agents/a").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void aTurnGoesOnOverTheNextLink() throws Exception {
        try (TestDaemon daemon = daemon(TCP);
                CutRelay relay = new CutRelay(AgentAddress.parse(join(daemon)));
                Guest _ = guest(daemon, relay.address().toString(), "", "50ms")) {
            daemon.awaitState("a", "ready");
            List<String> words = List.of("one", "two", "three", "four", "five", "six", "seven");
            try (EventReader events =
                    daemon.stream(
                            "POST",
                            "/api/v1/agents/a/stream",
                            "{\"role\":\"user\",\"content\":\""
                                    + String.join(" ", words)
                                    + "\"}")) {
                assertThat(events.next().data()).contains("one");
                relay.cut();
                StringBuilder text = new StringBuilder();
                events.rest().forEach(event -> text.append(event.data()));
                for (String word : words.subList(1, words.size())) {
                    assertThat(text).containsOnlyOnce(word);
                }
                assertThat(text).contains("\"done\":true");
            }
            assertThat(relay.connections()).isGreaterThan(1);
        }
    }

    @Test
    void whoSaysNothingIsClosedAndOneTooManyIsToldToComeAgain() throws Exception {
        try (TestDaemon daemon =
                        daemon(
                                "\"join\": {\"listen\": [\"tcp://127.0.0.1:0\"], \"max_handshakes\": 1,"
                                        + " \"handshake_timeout\": \"300ms\"},");
                Socket silent = connect(daemon)) {
            daemon.awaitMetric("culvert_join_waiting", waiting -> waiting == 1);
            try (Socket other = connect(daemon)) {
                DataInputStream in = new DataInputStream(other.getInputStream());
                String refused = new String(in.readNBytes(in.readInt()), UTF_8);
                assertThat(refused).contains("\"refused\"", "\"overloaded\"", "\"retry_after\":2");
                assertThat(in.read()).isEqualTo(-1);
            }
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
            daemon.awaitMetric(
                    "culvert_join_connections_total{outcome=\"timed_out\"}", count -> count == 1);
            daemon.awaitMetric(
                    "culvert_join_connections_total{outcome=\"too_many\"}", count -> count == 1);
            daemon.awaitMetric("culvert_join_waiting", waiting -> waiting == 0);
        }
    }

    @Test
    void beforeItIsKnownAGuestGetsNothingThrough() throws Exception {
        try (TestDaemon daemon = daemon(TCP);
                Socket stranger = connect(daemon)) {
            stranger.getOutputStream()
                    .write(BasePeer.frame("heartbeat", "", "{\"status\":\"ready\"}"));
            DataInputStream in = new DataInputStream(stranger.getInputStream());
            assertThat(new String(in.readNBytes(in.readInt()), UTF_8)).contains("\"refused\"");
            assertThat(in.read()).isEqualTo(-1);
            assertThat(daemon.get("/api/v1/agents").body()).doesNotContain("\"id\"");
        }
    }

    @Test
    void whatIsNoFrameIsRefusedWithWordsAndTheConnectionIsClosed() throws Exception {
        try (TestDaemon daemon = daemon(TCP);
                Socket stranger = connect(daemon)) {
            stranger.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(UTF_8));
            DataInputStream in = new DataInputStream(stranger.getInputStream());
            assertThat(new String(in.readNBytes(in.readInt()), UTF_8))
                    .contains("\"refused\"", "\"invalid\"", "length");
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    /** With one event loop, the daemon has seen it when it answers the next request. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoLeavesInTheMiddleOfAFrameIsNoErrorOfTheDaemon(boolean resets) throws Exception {
        try (CapturedLog log = new CapturedLog();
                TestDaemon daemon = TestDaemon.start("{\"event_loops\": 1," + TCP + "}")) {
            try (Socket stranger = connect(daemon)) {
                stranger.setSoLinger(resets, 0);
                stranger.getOutputStream().write(new byte[] {0, 0, 0, 30, '{'});
                daemon.awaitMetric("culvert_join_waiting", waiting -> waiting == 1);
            }
            daemon.awaitMetric(
                    "culvert_join_connections_total{outcome=\"closed\"}", count -> count == 1);
            assertThat(log.text()).doesNotContain("exceptionCaught", "Exception");
        }
    }

    @Test
    void whoLeavesBeforeItsTurnIsNoErrorEither() throws Exception {
        String slow = "\"join\": {\"listen\": [\"tcp://127.0.0.1:0\"], \"max_per_second\": 1}";
        try (CapturedLog log = new CapturedLog();
                TestDaemon daemon = TestDaemon.start("{\"event_loops\": 1," + slow + "}");
                Socket _ = connect(daemon)) {
            try (Socket second = connect(daemon)) {
                second.setSoLinger(true, 0);
                daemon.awaitMetric("culvert_join_waiting", waiting -> waiting == 2);
            }
            daemon.awaitMetric("culvert_join_waiting", waiting -> waiting == 1);
            assertThat(log.text()).doesNotContain("exceptionCaught", "Exception");
        }
    }

    private static Socket connect(TestDaemon daemon) throws Exception {
        AgentAddress.Tcp address = (AgentAddress.Tcp) AgentAddress.parse(join(daemon));
        Socket socket = new Socket(address.host(), address.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    @Test
    void aReloadOpensAndClosesSockets() throws Exception {
        Path vm = folder.resolve("v.sock_1025");
        try (TestDaemon daemon = daemon("")) {
            assertThat(daemon.daemon().joinAddresses()).isEmpty();

            daemon.write(
                    "{\"event_loops\": 2, \"join\": {\"listen\": [\"unix://%s?port=1025\"]}}"
                            .formatted(folder.resolve("v.sock")));
            assertThat(daemon.daemon().reload()).isEmpty();
            assertThat(vm).exists();
            assertThat(Files.getPosixFilePermissions(vm))
                    .isEqualTo(PosixFilePermissions.fromString("rw-rw-rw-"));

            daemon.write("{\"event_loops\": 2}");
            assertThat(daemon.daemon().reload()).isEmpty();
            assertThat(vm).doesNotExist();
        }
    }

    @Test
    void whatIsNoWebSocketIsRefusedWithWords() throws Exception {
        try (TestDaemon daemon = daemon("")) {
            assertThat(daemon.get("/api/v1/agents/connect").statusCode()).isEqualTo(426);
            assertThat(daemon.get("/api/v1/agents/connect").body())
                    .contains("start one with culvert-agent --join");
        }
    }
}
