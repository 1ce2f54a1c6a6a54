package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.client.forward.Stdio;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Server;
import dev.culvert.guest.Guest;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import dev.culvert.testing.Eventually;
import dev.culvert.transport.AgentAddress;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@SuppressWarnings("try") // some close what they have opened before the end
class ForwardVerbTest {
    /** A run of {@code culvert forward} that goes on until Ctrl-C. */
    private static final class Running implements Closeable {
        private final AtomicReference<Runnable> ctrlC = new AtomicReference<>();
        private final User user;
        private final CompletableFuture<CommandRun> run = new CompletableFuture<>();

        Running(TestDaemon daemon, String... more) {
            user = User.of(daemon).interruptible(ctrlC::set);
            String[] line = new String[more.length + 1];
            line[0] = "forward";
            System.arraycopy(more, 0, line, 1, more.length);
            Thread.ofVirtual().start(() -> run.complete(user.run(line)));
        }

        /** The port here, once it listens. */
        int port() {
            Eventually.await(() -> assertThat(user.printed()).contains("\n"));
            String first = user.printed().lines().findFirst().orElseThrow();
            return Integer.parseInt(first.replaceAll("^127\\.0\\.0\\.1:([0-9]+).*", "$1"));
        }

        Socket connect() throws IOException {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
            socket.setSoTimeout(20_000);
            return socket;
        }

        CommandRun stop() {
            requireNonNull(ctrlC.get()).run();
            return run.join();
        }

        @Override
        public void close() {
            stop();
        }
    }

    private static DialledPair allowing(ServerSocket service) throws Exception {
        int port = service.getLocalPort();
        service.setSoTimeout(20_000);
        return DialledPair.start(
                TunnelContract.allowed(port),
                "\"forward_ports\": \"%d\",".formatted(port),
                guest -> guest);
    }

    private static String reads(Socket socket, int bytes) throws IOException {
        socket.setSoTimeout(20_000);
        return new String(socket.getInputStream().readNBytes(bytes), US_ASCII);
    }

    @Test
    void aPortHereLeadsToOneOfTheAgentUntilCtrlC() throws Exception {
        try (ServerSocket service = TunnelContract.service();
                DialledPair pair = allowing(service);
                Running forward = new Running(pair.daemon(), "a", "0:" + service.getLocalPort());
                Socket client = forward.connect();
                Socket accepted = service.accept()) {
            client.getOutputStream().write("ask".getBytes(US_ASCII));
            assertThat(reads(accepted, 3)).isEqualTo("ask");
            accepted.getOutputStream().write("answer".getBytes(US_ASCII));
            accepted.close();
            assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII))
                    .isEqualTo("answer");

            CommandRun run = forward.stop();

            assertThat(run.code()).isEqualTo(130);
            assertThat(run.out())
                    .matches("127\\.0\\.0\\.1:[0-9]+  a  " + service.getLocalPort() + "\n");
            assertThat(run.err()).contains("lead to agent a until Ctrl-C");
        }
    }

    @Test
    void severalConnectionsGoAtOnce() throws Exception {
        try (ServerSocket service = TunnelContract.service();
                DialledPair pair = allowing(service);
                Running forward = new Running(pair.daemon(), "a", "0:" + service.getLocalPort());
                Socket one = forward.connect();
                Socket firstAccepted = service.accept();
                Socket two = forward.connect();
                Socket secondAccepted = service.accept()) {
            two.getOutputStream().write('2');
            assertThat(reads(secondAccepted, 1)).isEqualTo("2");
            one.getOutputStream().write('1');
            assertThat(reads(firstAccepted, 1)).isEqualTo("1");
        }
    }

    @Test
    void aConnectionThatIsRefusedIsResetAndTheUserIsToldWhy() throws Exception {
        try (ServerSocket service = TunnelContract.service();
                DialledPair pair = allowing(service);
                Running forward = new Running(pair.daemon(), "a", "0:" + service.getLocalPort())) {
            int port = forward.port();
            service.close();

            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                client.setSoTimeout(20_000);
                assertThat(end(client)).isEqualTo("reset");
            }
            Eventually.await(() ->
                    assertThat(forward.user.told())
                            .contains("a connection was reset: ")
                            .contains("start the service there"));
        }
    }

    private static Guest guest(AgentAddress address) throws Exception {
        String text =
                "{\"listen\": \"%s\", \"runtime\": \"echo\", \"forward_ports\": \"1-65535\", \"drain\": \"0s\"}"
                        .formatted(address);
        return Guest.start(
                Settings.read(List.of(Layer.text("guest", text)), GuestSettings::read).value(),
                Systemd.ABSENT);
    }

    private static String end(Socket socket) {
        try {
            return socket.getInputStream().read() < 0 ? "end" : "bytes";
        } catch (IOException _) {
            return "reset";
        }
    }

    @Test
    void aConnectionWaitsForAnAgentThatIsAway() throws Exception {
        AgentAddress address;
        try (ScriptedGuest guest = ScriptedGuest.start()) {
            address = guest.address();
        }
        try (ServerSocket service = TunnelContract.service()) {
            service.setSoTimeout(20_000);
            int port = service.getLocalPort();
            String settings =
                    "{%s \"agents\": [{\"id\": \"a\", \"address\": \"%s\"}]}"
                            .formatted(TunnelContract.allowed(port), address);
            try (TestDaemon daemon = TestDaemon.start(settings)) {
                daemon.awaitState("a", "unreachable");
                try (Running forward = new Running(daemon, "a", "0:" + port);
                        Socket client = forward.connect()) {
                    Eventually.await(() ->
                            assertThat(forward.user.told()).contains("waiting for agent a: "));
                    try (Guest _ = guest(address);
                            Socket accepted = service.accept()) {
                        accepted.getOutputStream().write('!');
                        assertThat(reads(client, 1)).isEqualTo("!");
                        assertThat(forward.user.told()).contains("agent a is back");
                    }
                }
            }
        }
    }

    @Test
    void aPortThatIsTakenIsRefusedWithItsHolder() throws Exception {
        try (ServerSocket taken = TunnelContract.service();
                ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(TunnelContract.allowed(80), guest)) {
            CommandRun run = User.of(daemon).run("forward", "a", taken.getLocalPort() + ":80");

            assertThat(run.code()).isEqualTo(1);
            assertThat(run.out()).isEmpty();
            assertThat(run.err())
                    .contains("port " + taken.getLocalPort() + " is taken by process ")
                    .contains("0:PORT takes a free one");
        }
    }

    @Test
    void whatCannotWorkIsRefusedAtOnce() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(TunnelContract.allowed(80), guest)) {
            assertThat(User.of(daemon).run("forward", "z", "80").code()).isEqualTo(5);
            assertThat(User.of(daemon).run("forward", "a", "80:").code()).isEqualTo(2);
            assertThat(User.of(daemon).run("forward", "a").code()).isEqualTo(2);
            assertThat(User.of(daemon).run("forward", "--stdio", "a", "1-2").code()).isEqualTo(2);
            assertThat(User.of(daemon).run("forward", "--address", "192.0.2.1", "a", "0:80").code())
                    .isEqualTo(2);
        }
    }

    @Test
    void aPortThatTheDaemonDoesNotListIsRefusedBeforeAnythingListensHere() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(TunnelContract.allowed(80), guest)) {
            CommandRun run = User.of(daemon).run("forward", "a", "0:80", "0:81");

            assertThat(run.code()).isEqualTo(4);
            assertThat(run.out()).isEmpty();
            assertThat(run.err())
                    .contains("does not let anybody reach port 81")
                    .contains("reach.ports")
                    .doesNotContain("lead to agent");
        }
    }

    @Test
    void aPortThatTheAgentDoesNotListIsRefusedBeforeAnythingListensHere() throws Exception {
        try (ServerSocket service = TunnelContract.service();
                DialledPair pair =
                        DialledPair.start(
                                "\"reach\": {\"ports\": [{\"agents\": \"a\", \"ports\": \"1-65535\"}]},",
                                "\"forward_ports\": \"%d\",".formatted(service.getLocalPort()),
                                guest -> guest)) {
            int other = service.getLocalPort() == 1 ? 2 : 1;

            CommandRun run =
                    User.of(pair.daemon())
                            .run("forward", "a", "0:" + service.getLocalPort(), "0:" + other);

            assertThat(run.code()).isEqualTo(4);
            assertThat(run.out()).isEmpty();
            assertThat(run.err())
                    .contains("The agent does not let hosts connect to port " + other)
                    .contains("--forward-ports")
                    .doesNotContain("lead to agent");
        }
    }

    @Test
    void stdioWithoutTheAgentSaysHowTheAgentIs() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel");
                TestDaemon daemon = TestDaemon.with(TunnelContract.allowed(22), guest)) {
            CommandRun old = User.of(daemon).run("forward", "--stdio", "a.culvert", "22");
            assertThat(old.code()).isEqualTo(1);
            assertThat(old.err()).contains("takes no tunnels");

            guest.close();
            daemon.awaitState("a", "unreachable");
            CommandRun away =
                    User.of(daemon).run("forward", "--stdio", "--wait", "300ms", "a.culvert", "22");
            assertThat(away.code()).isEqualTo(3);
            assertThat(away.err()).contains("waiting for agent a: ");
        }
    }

    @Test
    void stdioPassesBothDirectionsAndTheEndOfTheInput() throws Exception {
        try (ServerSocket service = TunnelContract.service();
                DialledPair pair = allowing(service);
                PipedOutputStream keyboard = new PipedOutputStream();
                PipedInputStream in = new PipedInputStream(keyboard)) {
            Api api =
                    new Api(
                            new Server.Http("127.0.0.1", pair.daemon().port(), ""),
                            "",
                            Optional.empty(),
                            Duration.ofSeconds(20),
                            _ -> {});
            var tunnel =
                    api.tunnel(
                            "/api/v1/agents/a/forward/" + service.getLocalPort(), "culvert-tunnel");
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            Thread stdio =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    new Stdio(in, out).run(tunnel);
                                } catch (IOException e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            try (Socket accepted = service.accept()) {
                keyboard.write("ask".getBytes(US_ASCII));
                keyboard.close();
                accepted.setSoTimeout(20_000);
                assertThat(new String(accepted.getInputStream().readAllBytes(), US_ASCII))
                        .isEqualTo("ask");
                accepted.getOutputStream().write("answer".getBytes(US_ASCII));
            }
            stdio.join();

            assertThat(out.toString(US_ASCII)).isEqualTo("answer");
        }
    }
}
