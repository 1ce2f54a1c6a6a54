package dev.culvert.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.culvert.testing.VmMonitor.HostSees;
import dev.culvert.transport.AgentAddress.Tcp;
import dev.culvert.transport.AgentAddress.Unix;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The stand-in does what Firecracker is known to do, point by point. */
@Timeout(60)
class VmMonitorTest {
    @TempDir private Path directory;
    private VmMonitor vm;
    private ServerSocketChannel guest;

    @BeforeEach
    void start() throws IOException {
        vm = new VmMonitor(directory.resolve("v.sock"));
        guest = listen("guest", 1024);
        vm.expose(1024, new Unix(directory.resolve("guest").toString()));
    }

    @AfterEach
    void stop() throws IOException {
        vm.close();
        guest.close();
    }

    private ServerSocketChannel listen(String name, int backlog) throws IOException {
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        return socket.bind(UnixDomainSocketAddress.of(directory.resolve(name)), backlog);
    }

    private SocketChannel dial(String command) throws IOException {
        SocketChannel host =
                SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("v.sock")));
        write(host, command);
        return host;
    }

    private static void write(SocketChannel to, String text) throws IOException {
        ByteBuffer bytes = UTF_8.encode(text);
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    private static String read(SocketChannel from, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining() && from.read(bytes) >= 0) {
            // on to the last one
        }
        return UTF_8.decode(bytes.flip()).toString();
    }

    private static void assertEnd(SocketChannel from) throws IOException {
        assertThat(from.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }

    @Test
    void answersOkWithAPortOfTheHostAndThenCarriesBytesBothWays() throws IOException {
        try (SocketChannel host = dial("CONNECT 1024\n");
                SocketChannel inside = guest.accept()) {
            assertThat(read(host, 14)).isEqualTo("OK 1073741824\n");
            write(host, "down");
            assertThat(read(inside, 4)).isEqualTo("down");
            write(inside, "up");
            assertThat(read(host, 2)).isEqualTo("up");
        }
    }

    @Test
    void whatFollowsTheCommandInTheSameWriteIsTheGuests() throws IOException {
        try (SocketChannel host = dial("CONNECT 1024\nhello");
                SocketChannel inside = guest.accept()) {
            assertThat(read(inside, 5)).isEqualTo("hello");
            assertThat(read(host, 3)).isEqualTo("OK ");
        }
    }

    @Test
    void dropsACommandThatComesInPieces() throws IOException {
        try (SocketChannel host = dial("CONNECT 10")) {
            assertEnd(host);
        }
    }

    @Test
    void dropsWhatIsNoCommandOrTooLong() throws IOException {
        try (SocketChannel http = dial("GET / HTTP/1.1\r\n");
                SocketChannel spaces = dial("CONNECT " + " ".repeat(40) + "1024\n")) {
            assertEnd(http);
            assertThat(catchThrowable(() -> assertEnd(spaces)))
                    .satisfiesAnyOf(
                            ended -> assertThat(ended).isNull(),
                            // The kernel's word where something was left unread.
                            reset -> assertThat(reset).hasMessageContaining("reset"));
        }
    }

    @Test
    void endsWithoutATextWhereNobodyListens() throws IOException {
        guest.close();
        try (SocketChannel unknown = dial("CONNECT 1025\n");
                SocketChannel gone = dial("CONNECT 1024\n")) {
            assertEnd(unknown);
            assertEnd(gone);
        }
    }

    @Test
    void letsWhoAsksForAPortWaitUntilTheVmRuns() throws IOException {
        vm.pause();
        try (SocketChannel host = dial("CONNECT 1024\n")) {
            host.configureBlocking(false);
            assertThat(vm.connections()).isZero();
            assertThat(host.read(ByteBuffer.allocate(1))).isZero();

            vm.resume();

            host.configureBlocking(true);
            assertThat(read(host, 3)).isEqualTo("OK ");
        }
    }

    @Test
    void takesTheGuestToSocketsOfTheHostThatAreNamedByThePort() throws Exception {
        try (ServerSocketChannel listener = listen("v.sock_52", 8);
                SocketChannel inside = vm.connectToHost(52).get();
                SocketChannel host = listener.accept()) {
            write(inside, "ready");
            assertThat(read(host, 5)).isEqualTo("ready");
            write(host, "go");
            assertThat(read(inside, 2)).isEqualTo("go");
        }
        assertThat(vm.connectToHost(53)).failsWithin(Duration.ofSeconds(5));
    }

    @Test
    void theWholeVmWaitsWhereAListenerOfTheHostDoesNotAccept() throws Exception {
        try (ServerSocketChannel listener = listen("v.sock_52", 1)) {
            List<SocketChannel> inside = new ArrayList<>();
            inside.add(vm.connectToHost(52).get());
            inside.add(vm.connectToHost(52).get()); // Linux lets in one more than the backlog
            CompletableFuture<SocketChannel> third = vm.connectToHost(52);
            SocketChannel host = dial("CONNECT 1024\n");
            host.configureBlocking(false);
            assertThat(host.read(ByteBuffer.allocate(1))).isZero();
            assertThat(third).isNotDone();

            inside.add(listener.accept());

            inside.add(third.get());
            host.configureBlocking(true);
            assertThat(read(host, 3)).isEqualTo("OK ");
            inside.add(host);
            for (SocketChannel channel : inside) {
                channel.close();
            }
        }
    }

    @Test
    void has1023ConnectionsAndClosesTheNextAtOnce() throws IOException {
        List<SocketChannel> open = new ArrayList<>();
        for (int i = 0; i < VmMonitor.MAX_CONNECTIONS; i++) {
            SocketChannel host = dial("CONNECT 1024\n");
            open.add(host);
            open.add(guest.accept());
            assertThat(read(host, 3)).isEqualTo("OK ");
        }
        assertThat(vm.connections()).isEqualTo(1023);
        try (SocketChannel next =
                SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("v.sock")))) {
            assertEnd(next);
        }

        open.getFirst().close();
        Eventually.await(() -> assertThat(vm.connections()).isEqualTo(1022));
        open.add(dial("CONNECT 1024\n"));
        assertThat(read(open.getLast(), 3)).isEqualTo("OK ");

        for (SocketChannel channel : open) {
            channel.close();
        }
    }

    @Test
    void holdsNoMoreThanItsBufferOfWhatNobodyReads() throws IOException {
        try (SocketChannel host = dial("CONNECT 1024\n");
                SocketChannel inside = guest.accept()) {
            ByteBuffer much = ByteBuffer.allocate(16 * 1024 * 1024);
            for (int i = 0; i < much.capacity(); i++) {
                much.put(i, (byte) (i % 251));
            }
            inside.configureBlocking(false);
            do {
                while (inside.write(much) > 0) {
                    // until the kernel's buffers are full, which count too
                }
                assertThat(vm.connections())
                        .isOne(); // answered when the monitor has read what it reads
            } while (inside.write(much) > 0);
            assertThat(much.position()).isBetween(64 * 1024, 4 * 1024 * 1024);
            int sent = much.position();

            read(host, 14);
            ByteBuffer got = ByteBuffer.allocate(sent);
            while (got.hasRemaining()) {
                assertThat(host.read(got)).isPositive();
            }
            assertThat(got.flip()).isEqualTo(much.flip());
        }
    }

    @Test
    void makesAHalfCloseAFullOneBehindWhatWasSent() throws IOException {
        try (SocketChannel host = dial("CONNECT 1024\n");
                SocketChannel inside = guest.accept()) {
            read(host, 14);
            write(host, "last");
            host.shutdownOutput();

            assertThat(read(inside, 4)).isEqualTo("last");
            assertEnd(inside);
            assertEnd(host);
        }
    }

    @Test
    void aSnapshotResetsConnectionsAndWhatListensGoesOn() throws IOException {
        try (ServerSocketChannel tcp =
                ServerSocketChannel.open()
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            vm.expose(1025, new Tcp("127.0.0.1", tcp.socket().getLocalPort()));
            try (SocketChannel host = dial("CONNECT 1025\n");
                    SocketChannel inside = tcp.accept()) {
                read(host, 14);

                vm.snapshot(HostSees.END);

                assertEnd(host);
                assertThatThrownBy(() -> inside.read(ByteBuffer.allocate(1)))
                        .hasMessageContaining("reset");
                assertThat(vm.connections()).isZero();
            }
            try (SocketChannel host = dial("CONNECT 1025\n");
                    SocketChannel _ = tcp.accept()) {
                assertThat(read(host, 3)).isEqualTo("OK ");
            }
        }
    }

    @Test
    void aSnapshotMayLeaveTheHostInSilence() throws IOException {
        try (SocketChannel host = dial("CONNECT 1024\n");
                SocketChannel inside = guest.accept()) {
            read(host, 14);

            vm.snapshot(HostSees.SILENCE);

            assertEnd(inside);
            assertThat(vm.connections()).isZero();
            write(host, "into the void");
            host.configureBlocking(false);
            assertThat(host.read(ByteBuffer.allocate(1))).isZero();
        }
    }
}
