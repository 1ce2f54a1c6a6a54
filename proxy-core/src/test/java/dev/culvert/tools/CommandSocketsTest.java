package dev.culvert.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.policy.Limits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which sockets a confined command can make, with the network and without it. */
@Timeout(60)
class CommandSocketsTest {
    private static final String DONE = "[exit status 0]";
    private static final String DENIED = "Permission denied";

    private static final String CONNECT =
            "use Socket; my $s; socket($s, AF_UNIX, SOCK_STREAM, 0) or die $!;"
                    + " connect($s, pack_sockaddr_un($ARGV[0])) or die $!";

    @TempDir private Path directory;
    private Workbench bench;
    private Path work;

    @BeforeEach
    void open() throws IOException {
        work = Files.createDirectory(directory.resolve("work"));
        bench = new Workbench(work);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private String run(boolean network, String... argv) throws ToolException {
        Limits limits =
                new Limits(
                        Duration.ofSeconds(9),
                        1 << 16,
                        Limits.DEFAULT.environment(),
                        network,
                        Limits.DEFAULT.maxFileBytes());
        return bench.command(limits, () -> false, network, argv);
    }

    private String perl(boolean network, String script, String... arguments) throws ToolException {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/perl")), "no perl");
        String[] argv = new String[arguments.length + 3];
        argv[0] = "perl";
        argv[1] = "-e";
        argv[2] = script;
        System.arraycopy(arguments, 0, argv, 3, arguments.length);
        return run(network, argv);
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void aUnixSocketOfTheMachineIsNotReached(boolean network, boolean beside) throws Exception {
        Path place = (beside ? work : directory).resolve("http.sock");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(place));
            server.configureBlocking(false);

            assertThat(perl(network, CONNECT, place.toString())).contains(DENIED);

            assertThat(server.accept()).isNull();
            Process free = new ProcessBuilder("perl", "-e", CONNECT, place.toString()).start();
            assertThat(free.waitFor(9, TimeUnit.SECONDS)).isTrue();
            try (SocketChannel reached = server.accept()) {
                assertThat(reached).as("what a program reaches that is not confined").isNotNull();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPairOfSocketsIsMadeUnlessItCouldSendElsewhere(boolean network) throws Exception {
        for (String kind : new String[] {"SOCK_STREAM", "SOCK_SEQPACKET"}) {
            assertThat(
                            perl(
                                    network,
                                    "use Socket; socketpair(my $a, my $b, AF_UNIX, KIND, 0) or die $!; syswrite $a, 'x'; sysread $b, my $c, 1; print $c"
                                            .replace("KIND", kind)))
                    .as(kind)
                    .isEqualTo("x\n" + DONE);
        }
        for (String kind : new String[] {"SOCK_DGRAM", "SOCK_RAW"}) {
            assertThat(
                            perl(
                                    network,
                                    "use Socket; socketpair(my $a, my $b, AF_UNIX, KIND, 0) or die $!"
                                            .replace("KIND", kind)))
                    .as(kind)
                    .contains(DENIED);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 2, 0", // Unix, for datagrams
        "1, 5, 0",
        "16, 3, 15", // netlink: events of devices
        "16, 3, 9", // netlink: audit
        "17, 3, 768", // packets of an interface
        "38, 5, 0", // cryptography of the kernel
        "30, 5, 0" // TIPC
    })
    void withTheNetworkNoOtherSocketsAreMadeThanThoseOfIp(int family, int kind, int protocol)
            throws Exception {
        String script = "socket(my $s, $ARGV[0], $ARGV[1], $ARGV[2]) or die $!";

        for (boolean network : new boolean[] {false, true}) {
            assertThat(
                            perl(
                                    network,
                                    script,
                                    String.valueOf(family),
                                    String.valueOf(kind),
                                    String.valueOf(protocol)))
                    .contains(DENIED);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noOtherWayLeadsToASocket(boolean network) throws Exception {
        String call = "syscall($ARGV[0], $ARGV[1], 1, 0) >= 0 or die $!";

        assertThat(perl(network, call, "425", "1")).as("io_uring_setup").contains(DENIED);
        if (System.getProperty("os.arch").toLowerCase(Locale.ROOT).equals("amd64")) {
            String x32 = String.valueOf(0x40000000 + 41);
            assertThat(perl(network, call, x32, "2")).as("socket of x32").contains(DENIED);
            assertThat(perl(network, call, "41", String.valueOf((1L << 32) + 1)))
                    .as("a Unix socket whose number has more bits than the kernel reads")
                    .contains(DENIED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "udp"})
    void withTheNetworkProgramsReachItsServers(String protocol) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String path = "/dev/" + protocol + "/127.0.0.1/" + server.getLocalPort();

            assertThat(run(true, "bash", "-c", "echo x > " + path)).isEqualTo(DONE);
            assertThat(run(false, "bash", "-c", "echo x > " + path)).contains(DENIED);
        }
    }

    @Test
    void withTheNetworkProgramsLookNamesUp() throws Exception {
        assertThat(run(true, "getent", "ahosts", "localhost"))
                .containsAnyOf("127.0.0.1", "::1")
                .endsWith(DONE);
        assertThat(perl(true, "socket(my $s, 16, 3, 0) or die $!")) // the machine's addresses
                .isEqualTo(DONE);
    }
}
