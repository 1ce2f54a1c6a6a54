package dev.culvert.daemon.sshtunnels;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.config.SshTunnelSettings;
import dev.culvert.daemon.sshtunnels.SshTunnels.Started;
import dev.culvert.daemon.sshtunnels.SshTunnels.View;
import dev.culvert.daemon.sshtunnels.TunnelStatus.Phase;
import dev.culvert.testing.Eventually;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(90)
class SshTunnelsTest {
    private static final String LOCAL = "\"to\": \"db:5432\"";

    @TempDir private Path folder;
    private ServerSocket far;
    private ScriptedSsh ssh;
    private SshTunnels tunnels;

    @BeforeEach
    void begin() throws Exception {
        far = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::echo);
        ssh = new ScriptedSsh(folder, far.getLocalPort());
        tunnels = ssh.tunnels();
        tunnels.restore(List.of());
    }

    @AfterEach
    void end() throws Exception {
        tunnels.close();
        ssh.close();
        far.close();
    }

    /** What comes goes back. */
    private void echo() {
        try {
            while (true) {
                Socket socket = far.accept();
                Thread.ofVirtual()
                        .start(() -> {
                            try (socket) {
                                socket.getInputStream().transferTo(socket.getOutputStream());
                            } catch (IOException _) {
                                // the test is over
                            }
                        });
            }
        } catch (IOException _) {
            // the test is over
        }
    }

    private View add(String members) throws Exception {
        return tunnels.add(ScriptedSsh.settings(members), ScriptedSsh.json(members));
    }

    private TunnelStatus decided() throws Exception {
        return tunnels.start("t").decided().get(60, TimeUnit.SECONDS);
    }

    private View up(String members) throws Exception {
        add(members);
        assertThat(decided().phase()).as("%s", tunnels.find("t").status()).isEqualTo(Phase.UP);
        return tunnels.find("t");
    }

    private static Socket caller(View view) throws IOException {
        Socket socket =
                new Socket(
                        InetAddress.getLoopbackAddress(),
                        ((AgentAddress.Tcp) view.listen()).port());
        socket.setSoTimeout(30_000);
        return socket;
    }

    private static void assertEchoes(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(US_ASCII));
        assertThat(new String(socket.getInputStream().readNBytes(text.length()), US_ASCII))
                .isEqualTo(text);
    }

    private void awaitPhase(Phase phase) {
        Eventually.await(
                () -> assertThat(tunnels.all().getFirst().status().phase()).isEqualTo(phase));
    }

    @Test
    void aLocalTunnelCarriesBytesAndTheirEndAndCountsThem() throws Exception {
        View view = up(LOCAL);

        try (Socket socket = caller(view)) {
            assertEchoes(socket, "hello");
            socket.shutdownOutput();
            assertThat(socket.getInputStream().readAllBytes()).isEmpty();
        }

        assertThat(requireNonNull(view.status().probe()).says())
                .isEqualTo("the connection is open");
        assertThat(view.counts().toServer()).isEqualTo(5);
        assertThat(view.counts().fromServer()).isEqualTo(5);
        assertThat(view.counts().opened()).isEqualTo(1);
        Eventually.await(() -> assertThat(view.counts().open()).isZero());
    }

    @Test
    void aSecondStartStartsNothing() throws Exception {
        up(LOCAL);

        Started again = tunnels.start("t");

        assertThat(again.wasStarted()).isTrue();
        assertThat(again.decided().get().phase()).isEqualTo(Phase.UP);
        assertThat(ssh.calls()).filteredOn(call -> call.startsWith("connect")).hasSize(1);
    }

    @Test
    void stoppingLeavesNoProcessAndNoSocket() throws Exception {
        View view = up(LOCAL);
        long pid = requireNonNull(view.status().process()).pid();
        Socket waiting = caller(view);

        tunnels.stop("t");

        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
        assertThat(files()).isEmpty();
        assertThat(isOver(waiting)).isTrue();
        assertThatThrownBy(() -> caller(view)).isInstanceOf(IOException.class);
        assertThat(tunnels.find("t").status().phase()).isEqualTo(Phase.DOWN);
    }

    private static boolean isOver(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException _) {
            return true; // reset, if it was writing
        }
    }

    private List<String> files() throws IOException {
        try (var all = Files.list(ssh.directory())) {
            return all.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void callersWaitWhileItIsBegunAgain() throws Exception {
        View view = up(LOCAL);
        ssh.write("fails", "ssh: connect to host far.example port 22: Connection refused");
        ProcessHandle.of(requireNonNull(view.status().process()).pid())
                .orElseThrow()
                .destroyForcibly();
        awaitPhase(Phase.WAITING);

        try (Socket socket = caller(view)) {
            ssh.remove("fails");
            assertEchoes(socket, "still here");
        }

        assertThat(tunnels.find("t").counts().reconnects()).isEqualTo(1);
        assertThat(tunnels.find("t").counts().refused()).isZero();
    }

    @Test
    void aCallerThatWaitsForTooLongIsReset() throws Exception {
        ssh.write(
                "fails", "ssh: Could not resolve hostname far.example: Name or service not known");
        add(LOCAL + ", \"wait\": \"200ms\"");
        View view = tunnels.find("t");

        try (Socket socket = caller(view)) {
            assertThatThrownBy(() -> read(socket)).isInstanceOf(IOException.class);
        }

        assertThat(view.counts().refused()).isEqualTo(1);
    }

    /** Throws also at the end. */
    private static int read(Socket socket) throws IOException {
        int read = socket.getInputStream().read();
        if (read < 0) {
            throw new IOException("the end");
        }
        return read;
    }

    @Test
    void theVerdictNamesTheHop() throws Exception {
        ssh.write("fails", "Host key verification failed.");
        add(LOCAL);

        TunnelStatus status = decided();

        assertThat(status.phase()).isEqualTo(Phase.WAITING);
        assertThat(status.trouble())
                .isEqualTo(
                        new Trouble(
                                Hop.HOST_KEY,
                                "Host key verification failed. Compare its fingerprint and run culvert tunnel trust t."));
        assertThat(status.next()).isAfter(java.time.Instant.now());
    }

    @Test
    void itIsNotUpWhileNothingGetsThrough() throws Exception {
        far.close();
        add(LOCAL);

        TunnelStatus status = decided();

        assertThat(status.phase()).isEqualTo(Phase.PROBING);
        assertThat(requireNonNull(status.trouble()).hop()).isEqualTo(Hop.PROBE);
        assertThat(status.process()).isNotNull();
        assertThat(requireNonNull(status.control()).isGood()).isTrue();
        assertThat(requireNonNull(status.probe()).isGood()).isFalse();
        assertThat(tunnels.test("t"))
                .hasValueSatisfying(look -> assertThat(look.isGood()).isFalse());
    }

    @Test
    void aRemotePortThatIsHeldHasAStateOfItsOwn() throws Exception {
        ssh.write("held", "");
        add("\"kind\": \"remote\", \"listen\": \"tcp://127.0.0.1:8080\", \"to\": \"127.0.0.1:1\"");

        TunnelStatus status = decided();

        assertThat(requireNonNull(status.trouble()).hop()).isEqualTo(Hop.REMOTE_PORT_HELD);
        assertThat(status.next()).isAfter(java.time.Instant.now().plusMillis(500));
    }

    @Test
    void aRemoteTunnelListensWhereSshConnectsAndGoesToThePortHere() throws Exception {
        up(
                "\"kind\": \"remote\", \"listen\": \"tcp://127.0.0.1:8080\", \"to\": \"127.0.0.1:%d\""
                        .formatted(far.getLocalPort()));

        assertThat(requireNonNull(tunnels.find("t").status().probe()).says())
                .startsWith(
                        "a connection to tcp://127.0.0.1:8080 of the server came out here; at tcp://")
                .endsWith("here: the connection is open");
        String asked = Files.readString(folder.resolve("remote")).strip();
        assertThat(asked).isEqualTo("127.0.0.1:8080:" + ssh.directory().resolve("t.in"));
        try (var channel =
                java.nio.channels.SocketChannel.open(
                        java.net.UnixDomainSocketAddress.of(ssh.directory().resolve("t.in")))) {
            channel.write(java.nio.ByteBuffer.wrap("abc".getBytes(US_ASCII)));
            java.nio.ByteBuffer back = java.nio.ByteBuffer.allocate(3);
            while (back.hasRemaining() && channel.read(back) >= 0) {
                // the rest comes
            }
            assertThat(back.array()).isEqualTo("abc".getBytes(US_ASCII));
        }
        assertThat(tunnels.find("t").counts().fromServer()).isEqualTo(3);
    }

    @Test
    void aRemoteTunnelIsNotUpWhereNothingComesOut() throws Exception {
        ssh.write("no-way", "channel 2: open failed: connect failed: Connection refused\n");
        add(
                "\"kind\": \"remote\", \"listen\": \"tcp://0.0.0.0:8080\", \"to\": \"127.0.0.1:%d\""
                        .formatted(far.getLocalPort()));

        TunnelStatus status = decided();

        assertThat(status.phase()).isEqualTo(Phase.PROBING);
        assertThat(requireNonNull(status.probe()).says())
                .startsWith(
                        "a connection to tcp://0.0.0.0:8080 of the server did not come out here");
        assertThat(ssh.calls()).contains("through 127.0.0.1:8080");
        ssh.remove("no-way");
        ssh.write("remote", "127.0.0.1:8080:" + ssh.directory().resolve("t.in"));
        assertThat(tunnels.test("t"))
                .hasValueSatisfying(look -> assertThat(look.isGood()).isTrue());
    }

    @Test
    void aRemoteTunnelWhoseServerKeepsOthersFromItsPortIsUpByItsWord() throws Exception {
        ssh.write("no-way", "Stdio forwarding request failed: Session open refused by peer\n");
        up(
                "\"kind\": \"remote\", \"listen\": \"tcp://127.0.0.1:8080\", \"to\": \"127.0.0.1:%d\""
                        .formatted(far.getLocalPort()));

        assertThat(requireNonNull(tunnels.find("t").status().probe()).says())
                .startsWith(
                        "the server says that it listens at tcp://127.0.0.1:8080, and does not let"
                                + " its own port be tried; at tcp://");
    }

    /** ssh says yes at once, and closes when its server cannot connect. */
    @Test
    void aDynamicTunnelIsNotUpWhereItsServerCannotConnect() throws Exception {
        add("\"kind\": \"dynamic\", \"probe_to\": \"closed.example:5432\"");

        TunnelStatus status = decided();
        assertThat(status.phase()).isEqualTo(Phase.PROBING);
        assertThat(requireNonNull(status.trouble()).hop()).isEqualTo(Hop.PROBE);
    }

    @Test
    void aDynamicTunnelIsProbedAtTheSshServerIfNobodySaysWhere() throws Exception {
        ssh.write("greets", "SSH-2.0-OpenSSH_9.2\r\n");

        View view = up("\"kind\": \"dynamic\"");

        assertThat(requireNonNull(view.status().probe()).says())
                .isEqualTo("tcp://127.0.0.1:22: it said 'SSH-2.0-OpenSSH_9.2'");
        assertThat(view.status().heard()).isNotNull();
    }

    /** The server has answered, so bytes get there and back. */
    @Test
    void aDynamicTunnelIsUpIfItsServerSaysThatNothingListens() throws Exception {
        ssh.write("closes", "channel 1: open failed: connect failed: Connection refused\r\n");

        View view = up("\"kind\": \"dynamic\"");

        assertThat(requireNonNull(view.status().probe()).says())
                .isEqualTo("the server answers: connect failed: Connection refused");
    }

    @Test
    void aDynamicTunnelIsNotUpIfItsServerForwardsNothing() throws Exception {
        ssh.write("closes", "channel 1: open failed: administratively prohibited: open failed\n");
        add("\"kind\": \"dynamic\"");

        Trouble trouble = requireNonNull(decided().trouble());

        assertThat(trouble.hop()).isEqualTo(Hop.FORWARD_REFUSED);
        assertThat(trouble.sentence()).contains("probe_to").contains("tcp://127.0.0.1:22");
    }

    @Test
    void aDynamicTunnelIsNotUpIfItsConnectionsEndWithoutAWord() throws Exception {
        ssh.write("closes", "\n");
        add("\"kind\": \"dynamic\"");

        Trouble trouble = requireNonNull(decided().trouble());

        assertThat(trouble.hop()).isEqualTo(Hop.PROBE);
        assertThat(trouble.sentence()).contains("probe_to");
    }

    @Test
    void aDynamicTunnelSpeaksSocksAndConnect() throws Exception {
        View view = up("\"kind\": \"dynamic\", \"probe_to\": \"db:5432\", \"probe\": \"socks\"");

        assertThat(requireNonNull(view.status().probe()).says())
                .isEqualTo("tcp://db:5432 is connected");
        try (Socket socket = caller(view)) {
            socket.getOutputStream().write(Socks.GREETING);
            assertThat(socket.getInputStream().readNBytes(2)).isEqualTo(Socks.GREETED);
            socket.getOutputStream().write(Socks.connect("db", 5432));
            assertThat(socket.getInputStream().readNBytes(10)[1]).isZero();
            assertEchoes(socket, "by socks");
        }
        try (Socket socket = caller(view)) {
            ask(socket, "CONNECT db:5432 HTTP/1.1\r\nHost: db:5432\r\n\r\nearly");
            assertThat(
                            new String(
                                    socket.getInputStream()
                                            .readNBytes(FrontHandler.ESTABLISHED.length()),
                                    US_ASCII))
                    .isEqualTo(FrontHandler.ESTABLISHED);
            assertThat(new String(socket.getInputStream().readNBytes(5), US_ASCII))
                    .isEqualTo("early");
            assertEchoes(socket, "by connect");
        }
        assertThat(answer(view, "CONNECT refused.example:1 HTTP/1.1\r\n\r\n"))
                .startsWith("HTTP/1.1 502 Bad Gateway")
                .contains("connection refused");
        assertThat(answer(view, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
                .startsWith("HTTP/1.1 405 Method Not Allowed");
        assertThat(answer(view, "CONNECT db:99999 HTTP/1.1\r\n\r\n"))
                .startsWith("HTTP/1.1 400 Bad Request");
    }

    private static void ask(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(US_ASCII));
    }

    private static String answer(View view, String text) throws IOException {
        try (Socket socket = caller(view);
                InputStream in = socket.getInputStream()) {
            ask(socket, text);
            return new String(in.readAllBytes(), US_ASCII);
        }
    }

    @Test
    void whoAsksByConnectIsToldWhyItIsNotUp() throws Exception {
        ssh.write("fails", "me@far.example: Permission denied (publickey).");
        add("\"kind\": \"dynamic\", \"wait\": \"300ms\"");
        decided();

        assertThat(answer(tunnels.find("t"), "CONNECT db:5432 HTTP/1.1\r\n\r\n"))
                .startsWith("HTTP/1.1 503 Service Unavailable")
                .contains("Permission denied");
    }

    @Test
    void aPortThatIsTakenIsSaidAtTheStart() throws Exception {
        assertThatThrownBy(() ->
                        add(
                                LOCAL
                                        + ", \"listen\": \"tcp://127.0.0.1:%d\""
                                                .formatted(far.getLocalPort())))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("was not started")
                .hasMessageContaining(String.valueOf(far.getLocalPort()));
        assertThat(tunnels.all()).isEmpty();
        assertThat(ssh.store().read()).isEmpty();
    }

    @Test
    void whatIsWantedIsKeptOverARestart() throws Exception {
        up(LOCAL);
        tunnels.close();
        assertThat(files()).isEmpty();

        tunnels = ssh.tunnels();
        tunnels.restore(List.of());
        awaitPhase(Phase.UP);
        tunnels.stop("t");
        tunnels.close();
        tunnels = ssh.tunnels();
        tunnels.restore(List.of());

        assertThat(tunnels.find("t").isWanted()).isFalse();
        tunnels.remove("t");
        assertThat(ssh.store().read()).isEmpty();
        assertThatThrownBy(() -> tunnels.find("t")).hasMessageContaining("There is no tunnel 't'");
    }

    @Test
    void whatAKilledDaemonLeftIsEnded() throws Exception {
        Process left = new ProcessBuilder("sleep", "60").start();
        Process other = new ProcessBuilder("sleep", "60").start();
        Leftovers.note(ssh.directory().resolve("a.pid"), left.pid());
        Files.writeString(ssh.directory().resolve("b.pid"), other.pid() + " 1\n");
        Files.createFile(ssh.directory().resolve("a.sock"));
        Files.createFile(ssh.directory().resolve("a.ctl"));
        Files.createFile(ssh.directory().resolve("known_hosts"));

        tunnels.restore(List.of());

        assertThat(left.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(other.isAlive()).isTrue(); // its number is in the file, but it began later
        assertThat(files()).containsOnly("known_hosts");
        other.destroyForcibly();
    }

    @Test
    void theSettingsWinAndSayWhatIsUpAtTheFirstStart() throws Exception {
        SshTunnelSettings first = ScriptedSsh.settings(LOCAL);
        tunnels.close();
        tunnels = ssh.tunnels();
        tunnels.restore(List.of(first));
        awaitPhase(Phase.UP);

        assertThatThrownBy(() -> tunnels.remove("t")).hasMessageContaining("(tunnels)");
        tunnels.stop("t");
        tunnels.close();
        tunnels = ssh.tunnels();
        tunnels.restore(List.of(first));

        assertThat(tunnels.find("t").isWanted()).isFalse();
    }

    @Test
    void aKeyOfTheServerIsTrustedByItsFingerprintOnly() throws Exception {
        String key =
                "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGxGQUmQ0SmVJ2sKmbs9DPqb9rEZcDvx7WkZQyfhXkqk";
        ssh.offers("# far.example:22 SSH-2.0\nfar.example " + key);
        add(LOCAL + ", \"start\": false");

        HostKeys.Offered offered = tunnels.hostKeys("t").getFirst();
        assertThat(offered.isTrusted()).isFalse();
        assertThatThrownBy(() -> tunnels.trust("t", "SHA256:" + "a".repeat(43)))
                .hasMessageContaining("has no key");
        assertThat(ssh.directory().resolve("known_hosts")).doesNotExist();
        tunnels.trust("t", offered.line().fingerprint());

        assertThat(ssh.directory().resolve("known_hosts")).hasContent("far.example " + key);
        assertThat(tunnels.hostKeys("t").getFirst().isTrusted()).isTrue();
    }

    @Test
    void aKeyThatIsNotTheOneOfTheSettingsIsNotTrusted() throws Exception {
        ssh.offers(
                "far.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGxGQUmQ0SmVJ2sKmbs9DPqb9rEZcDvx7WkZQyfhXkqk");
        add(LOCAL + ", \"host_key\": \"SHA256:" + "b".repeat(43) + "\"");

        assertThat(requireNonNull(decided().trouble()).hop()).isEqualTo(Hop.HOST_KEY);
        assertThat(ssh.calls()).isEmpty();
    }

    /** Somebody has trusted another one before, or the settings have changed. */
    @Test
    void theKeyOfTheSettingsIsTheOnlyOne() throws Exception {
        String key =
                "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGxGQUmQ0SmVJ2sKmbs9DPqb9rEZcDvx7WkZQyfhXkqk";
        ssh.offers("far.example " + key);
        Files.createDirectories(ssh.directory());
        Files.writeString(ssh.directory().resolve("known_hosts"), "far.example " + key + "\n");
        add(LOCAL + ", \"host_key\": \"SHA256:" + "b".repeat(43) + "\"");

        assertThat(requireNonNull(decided().trouble()).hop()).isEqualTo(Hop.HOST_KEY);
        assertThat(ssh.calls()).isEmpty();
    }

    @Test
    void aKeyThatIsNotThereIsSaid() throws Exception {
        add(LOCAL + ", \"key\": \"none\"");

        Trouble trouble = requireNonNull(decided().trouble());

        assertThat(trouble.hop()).isEqualTo(Hop.HOST);
        assertThat(trouble.sentence()).contains("There is no key 'none'");
        assertThat(tunnels.userOf("none")).isEqualTo(Optional.of("the tunnel t"));
    }

    @Test
    void anSshThatDoesNotAnswerIsStartedAgain() throws Exception {
        View view = up(LOCAL);
        long first = requireNonNull(view.status().process()).pid();
        assertThat(tunnels.test("t"))
                .hasValueSatisfying(look -> assertThat(look.isGood()).isTrue());

        tunnels.restart("t").decided().get(60, TimeUnit.SECONDS);

        assertThat(tunnels.find("t").status().phase()).isEqualTo(Phase.UP);
        assertThat(requireNonNull(tunnels.find("t").status().process()).pid()).isNotEqualTo(first);
    }

    /** Its supervisor goes on, whatever the daemon has got wrong. */
    @Test
    void aTunnelWhoseProbeFailsInTheDaemonIsTriedAgain() throws Exception {
        add(
                "\"kind\": \"dynamic\", \"probe\": \"socks\", \"probe_to\": \"%s:1\""
                        .formatted("a".repeat(256)));

        TunnelStatus status = decided();

        assertThat(requireNonNull(status.trouble()).hop()).isEqualTo(Hop.HOST);
        assertThat(requireNonNull(status.trouble()).sentence()).contains("the daemon failed");
        assertThat(tunnels.find("t").isWanted()).isTrue();
    }
}
