package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.guest.Guest;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import dev.culvert.testing.Eventually;
import dev.culvert.transport.AgentAddress;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of tunnels that are open when their agent, or the settings, change. */
@Timeout(60)
class OpenTunnelsTest {
    private static final int PATIENCE_MILLIS = 20_000;

    @TempDir Path folder;

    private ScriptedProvider provider;
    private ServerSocket outside;
    private ServerSocket inside;
    private Guest guest;
    private TestDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        provider = ScriptedProvider.of(asked -> asked.wire().json(200, "{\"data\":[]}"));
        outside = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        inside = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        String text =
                "{\"listen\": \"unix://%s\", \"runtime\": \"echo\", \"drain\": \"0s\", \"forward_ports\": \"%d\", \"llm_listen\": \"127.0.0.1:0\", \"proxy_listen\": \"127.0.0.1:0\"}"
                        .formatted(folder.resolve("a"), inside.getLocalPort());
        guest =
                Guest.start(
                        Settings.read(List.of(Layer.text("guest", text)), GuestSettings::read)
                                .value(),
                        Systemd.ABSENT);
        daemon = TestDaemon.start(settings(agent("t"), provider(), egress(), ports()));
        daemon.awaitState("a", "ready");
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
        guest.close();
        provider.close();
        outside.close();
        inside.close();
    }

    private static String settings(String agent, String provider, String egress, String ports) {
        return "{\"agents\": [%s], \"providers\": [%s], \"egress\": [%s], \"reach\": {\"ports\": [%s]}}"
                .formatted(agent, provider, egress, ports);
    }

    private String agent(String tenant) {
        return "{\"id\": \"a\", \"tenant\": \"%s\", \"address\": \"unix://%s\"}"
                .formatted(tenant, folder.resolve("a"));
    }

    private String provider() {
        return provider.openAi("llm", "");
    }

    private String egress() {
        return "{\"hosts\": [\"127.0.0.1\"], \"ports\": \"%d\"}".formatted(outside.getLocalPort());
    }

    private String ports() {
        return "{\"agents\": \"a\", \"ports\": \"%d\"}".formatted(inside.getLocalPort());
    }

    private void reload(String settings) throws IOException {
        daemon.write(settings);
        assertThat(daemon.reload().statusCode()).isEqualTo(200);
    }

    /** One tunnel of each kind, through each of which bytes have passed. */
    private record Open(Socket llm, Socket egress, Socket forward, TestForward listening)
            implements Closeable {
        @Override
        public void close() throws IOException {
            llm.close();
            egress.close();
            forward.close();
            listening.close();
        }
    }

    private Open open() throws Exception {
        Socket llm = askModels();
        Socket egress = connect(1);
        send(egress, "CONNECT 127.0.0.1:%d HTTP/1.1\r\n\r\n".formatted(outside.getLocalPort()));
        assertThat(head(egress)).startsWith("HTTP/1.1 200 ");
        outside.accept();
        TestForward listening = new TestForward(daemon, "a", inside.getLocalPort());
        Socket forward = listening.connect();
        inside.accept().getOutputStream().write('!');
        assertThat(forward.getInputStream().read()).isEqualTo('!');
        return new Open(llm, egress, forward, listening);
    }

    private Socket connect(int which) throws IOException {
        int port = ((AgentAddress.Tcp) guest.outside().get(which)).port();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /** Asks again while the guest has not heard yet that its host takes tunnels. */
    private Socket askModels() throws IOException {
        while (true) {
            Socket client = connect(0);
            send(client, "GET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n");
            String head = head(client);
            if (!head.contains(" 503 ")) {
                assertThat(head).startsWith("HTTP/1.1 200 ");
                client.getInputStream().readNBytes("b\r\n{\"data\":[]}\r\n0\r\n\r\n".length());
                return client;
            }
            client.close();
        }
    }

    private static void send(Socket to, String text) throws IOException {
        to.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String head(Socket from) throws IOException {
        InputStream in = from.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            assertThat(next).as("after " + head).isNotNegative();
            head.append((char) next);
        }
        return head.toString();
    }

    private static void assertClosed(Socket tunnel) throws IOException {
        try {
            tunnel.getInputStream().readAllBytes();
        } catch (SocketException _) {
            // it was reset
        }
    }

    private void assertGone(Open open) throws Exception {
        assertClosed(open.llm());
        assertClosed(open.egress());
        assertClosed(open.forward());
        Eventually.await(() -> assertThat(daemon.daemon().reach().tunnels().count()).isZero());
    }

    @Test
    void thoseOfAnAgentThatIsRemovedAreClosed() throws Exception {
        try (Open open = open()) {
            reload(settings("", provider(), egress(), ports()));

            assertGone(open);
        }
    }

    @Test
    void thoseOfAnAgentThatMovesToAnotherTenantAreClosed() throws Exception {
        try (Open open = open()) {
            reload(settings(agent("other"), provider(), egress(), ports()));

            assertGone(open);
        }
    }

    @Test
    void thoseThatTheSettingsDoNotAllowAnyMoreAreClosed() throws Exception {
        try (Open open = open()) {
            reload(settings(agent("t"), "", "", ""));

            assertGone(open);
        }
    }

    @Test
    void thoseThatTheSettingsStillAllowAreKept() throws Exception {
        try (Open open = open()) {
            reload(settings(agent("t"), provider(), egress() + "," + ruleOfOthers(), ports()));
            reload(settings(agent("t"), provider(), egress(), ""));

            assertClosed(open.forward());
            Eventually.await(
                    () -> assertThat(daemon.daemon().reach().tunnels().count()).isEqualTo(2));
            assertThat(open.llm().isClosed()).isFalse();
            send(open.llm(), "GET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n");
            assertThat(head(open.llm())).contains("HTTP/1.1 200 ");
        }
    }

    private static String ruleOfOthers() {
        return "{\"agents\": \"b\", \"hosts\": [\"example.org\"], \"ports\": \"443\"}";
    }
}
