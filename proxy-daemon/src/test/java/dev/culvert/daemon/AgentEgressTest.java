package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.guest.Guest;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What programs in a VM without a network reach through its agent's proxy. */
@Timeout(60)
class AgentEgressTest {
    @TempDir Path folder;

    private Guest guest() throws Exception {
        String text =
                "{\"listen\": \"unix://%s\", \"runtime\": \"echo\", \"drain\": \"0s\", \"proxy_listen\": \"127.0.0.1:0\"}"
                        .formatted(folder.resolve("a"));
        return Guest.start(
                Settings.read(List.of(Layer.text("guest", text)), GuestSettings::read).value(),
                Systemd.ABSENT);
    }

    private TestDaemon daemon(String egress) throws Exception {
        TestDaemon daemon =
                TestDaemon.start(
                        "{\"egress\": [%s], \"agents\": [{\"id\": \"a\", \"address\": \"unix://%s\"}]}"
                                .formatted(egress, folder.resolve("a")));
        daemon.awaitState("a", "ready");
        return daemon;
    }

    private static Socket connect(Guest guest) throws IOException {
        int port = ((AgentAddress.Tcp) guest.outside().getFirst()).port();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** Asks again while the guest has not heard yet that its host takes tunnels. */
    private static String ask(Guest guest, String request) throws IOException {
        while (true) {
            try (Socket client = connect(guest)) {
                client.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
                String answer =
                        new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (!answer.contains("No host is connected that takes tunnels")) {
                    return answer;
                }
            }
        }
    }

    private static String rule(String host, int port) {
        return "{\"hosts\": [\"%s\"], \"ports\": \"%d\"}".formatted(host, port);
    }

    @Test
    void aRequestWithAnAbsoluteTargetReachesAServerThatIsListed() throws Exception {
        try (ScriptedProvider server =
                        ScriptedProvider.of(asked -> {
                            asked.wire().json(200, "{\"ok\":1}");
                            asked.wire().close();
                        });
                Guest guest = guest();
                TestDaemon daemon = daemon(rule("127.0.0.1", server.port()))) {
            String answer =
                    ask(
                            guest,
                            "GET http://127.0.0.1:%d/x?y HTTP/1.1\r\nhost: elsewhere\r\nproxy-authorization: secret\r\n\r\n"
                                    .formatted(server.port()));

            assertThat(answer).startsWith("HTTP/1.1 200 ").endsWith("{\"ok\":1}");
            ScriptedProvider.Asked asked = server.next();
            assertThat(asked.line()).isEqualTo("GET /x?y HTTP/1.1");
            assertThat(asked.headers())
                    .containsEntry("host", "127.0.0.1:" + server.port())
                    .containsEntry("connection", "close")
                    .doesNotContainKey("proxy-authorization");
            assertThat(daemon.metric("culvert_egress_connections_total{outcome=\"connected\"}"))
                    .isEqualTo(1);
        }
    }

    @Test
    void bytesOfAConnectPassInBothDirections() throws Exception {
        try (ScriptedProvider server =
                        ScriptedProvider.of(asked -> {
                            asked.wire().json(200, "{\"ok\":2}");
                            asked.wire().close();
                        });
                Guest guest = guest();
                TestDaemon _ = daemon(rule("127.0.0.1", server.port()))) {
            ask(guest, "GET http://127.0.0.1:%d/ HTTP/1.1\r\n\r\n".formatted(server.port()));
            try (Socket client = connect(guest)) {
                client.getOutputStream()
                        .write(
                                "CONNECT 127.0.0.1:%d HTTP/1.1\r\n\r\nGET /early HTTP/1.1\r\nhost: x\r\n\r\n"
                                        .formatted(server.port())
                                        .getBytes(StandardCharsets.UTF_8));
                InputStream in = client.getInputStream();
                String head = "HTTP/1.1 200 Connected\r\n\r\n";
                assertThat(new String(in.readNBytes(head.length()), StandardCharsets.UTF_8))
                        .isEqualTo(head);
                assertThat(new String(in.readNBytes(15), StandardCharsets.UTF_8))
                        .isEqualTo("HTTP/1.1 200 X\r");
            }
        }
    }

    @Test
    void aServerThatIsNotListedIsRefusedInWords() throws Exception {
        try (ScriptedProvider server = ScriptedProvider.byHand();
                Guest guest = guest();
                TestDaemon daemon = daemon(rule("*.example.org", 443))) {
            String answer =
                    ask(guest, "CONNECT 127.0.0.1:%d HTTP/1.1\r\n\r\n".formatted(server.port()));

            assertThat(answer)
                    .startsWith("HTTP/1.1 403 Forbidden\r\n")
                    .contains(
                            "The host does not let the agent a reach 127.0.0.1:%d: it can be added to \"egress\" in the daemon's settings."
                                    .formatted(server.port()));
            assertThat(daemon.metric("culvert_egress_connections_total{outcome=\"not_allowed\"}"))
                    .isEqualTo(1);
        }
    }

    /** As by DNS rebinding: the name is listed, and what it resolves to is this host. */
    @Test
    void aListedNameThatResolvesToAPrivateAddressIsRefused() throws Exception {
        try (ScriptedProvider server = ScriptedProvider.byHand();
                Guest guest = guest();
                TestDaemon _ = daemon(rule("localhost", server.port()))) {
            String answer =
                    ask(guest, "CONNECT localhost:%d HTTP/1.1\r\n\r\n".formatted(server.port()));

            assertThat(answer)
                    .startsWith("HTTP/1.1 403 Forbidden\r\n")
                    .contains(
                            "because its address is one of a private network or of the host itself");
            assertThat(server.waiting()).isZero();
        }
    }

    @Test
    void aServerThatIsAwayIsA502() throws Exception {
        int port;
        try (ScriptedProvider gone = ScriptedProvider.byHand()) {
            port = gone.port();
        }
        try (Guest guest = guest();
                TestDaemon _ = daemon(rule("127.0.0.1", port))) {
            assertThat(ask(guest, "CONNECT 127.0.0.1:%d HTTP/1.1\r\n\r\n".formatted(port)))
                    .startsWith("HTTP/1.1 502 Bad Gateway\r\n")
                    .contains("The host cannot connect to 127.0.0.1:" + port);
        }
    }

    @Test
    void whatIsNoRequestToAProxyIsA400() throws Exception {
        try (Guest guest = guest()) {
            assertThat(ask(guest, "GET / HTTP/1.1\r\nhost: x\r\n\r\n"))
                    .startsWith("HTTP/1.1 400 Bad Request\r\n")
                    .contains("This is a proxy");
        }
    }
}
