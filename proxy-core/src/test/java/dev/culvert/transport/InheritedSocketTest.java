package dev.culvert.transport;

import static dev.culvert.transport.TransportContract.PATIENCE;
import static dev.culvert.transport.TransportContract.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.culvert.transport.AgentAddress.Tcp;
import dev.culvert.transport.AgentAddress.Unix;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class InheritedSocketTest {
    @TempDir private Path directory;
    private final EventLoops loops = EventLoops.start(2, "inheriting");

    /** The JDK opens sockets of its own with the first. */
    @BeforeAll
    static void openTheFirst() throws IOException {
        ServerSocketChannel.open().close();
    }

    @AfterEach
    void stopLoops() {
        loops.close();
    }

    @Test
    void listensOnATcpSocketWhereItIs() throws IOException {
        LinuxSocket made = tcp();
        int port = made.localAddress().getPort();

        InheritedSocket socket = InheritedSocket.of(made.intValue(), "http");
        Channel listening = sync(loops.transport().listen(loops.group(), socket, new Echo()));

        assertThat(socket.address()).isEqualTo(new Tcp("127.0.0.1", port));
        assertThat(Transport.localAddress(listening)).isEqualTo(socket.address());
        assertEchoes(socket.address());
    }

    @Test
    void listensOnAUnixSocketAndLeavesItsFile() throws IOException {
        Path path = directory.resolve("socket");
        LinuxSocket made = LinuxSocket.newSocketDomain();
        made.bind(new DomainSocketAddress(path.toString()));
        made.listen(1);

        InheritedSocket socket = InheritedSocket.of(made.intValue(), "http");
        Channel listening = sync(loops.transport().listen(loops.group(), socket, new Echo()));

        assertThat(Transport.localAddress(listening)).isEqualTo(new Unix(path.toString()));
        assertEchoes(socket.address());
        sync(listening.close());
        assertThat(path).exists();
    }

    @RepeatedTest(20)
    void losesNoneOfThoseWhoWereWaiting() throws IOException {
        LinuxSocket made = tcp();
        List<Socket> waiting = new ArrayList<>();
        try {
            for (int i = 0; i < 50; i++) {
                Socket client = new Socket();
                waiting.add(client);
                client.connect(made.localAddress());
                client.getOutputStream().write(i);
            }

            InheritedSocket socket = InheritedSocket.of(made.intValue(), "http");
            sync(loops.transport().listen(loops.group(), socket, new Echo()));

            for (int i = 0; i < 50; i++) {
                waiting.get(i).setSoTimeout(10_000);
                assertThat(waiting.get(i).getInputStream().read()).isEqualTo(i);
            }
        } finally {
            for (Socket client : waiting) {
                client.close();
            }
        }
    }

    @Test
    void tellsTheAddressOfASocketForBothVersionsOfIp() throws IOException {
        Set<Integer> before = open();
        try (ServerSocketChannel made = ServerSocketChannel.open()) {
            made.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            made.configureBlocking(false);

            Tcp address = (Tcp) InheritedSocket.of(openedSince(before), "http").address();

            assertThat(address.isLoopback()).isTrue();
            assertThat(address.port()).isEqualTo(made.socket().getLocalPort());
        }
    }

    @Test
    void refusesASocketThatWouldBlockALoop() throws IOException {
        Set<Integer> before = open();
        try (ServerSocketChannel made = ServerSocketChannel.open()) {
            made.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int fd = openedSince(before);

            assertRefused(fd, " blocks: put NonBlocking=yes into the service's unit");
        }
    }

    @Test
    void refusesWhatDoesNotListen() throws IOException {
        for (LinuxSocket idle :
                List.of(LinuxSocket.newSocketStream(), LinuxSocket.newSocketDgram())) {
            assertRefused(
                    idle.intValue(),
                    " does not listen for streams: it takes ListenStream= and Accept=no");
            idle.close();
        }
    }

    @Test
    void refusesAnAbstractName() throws IOException {
        LinuxSocket made = LinuxSocket.newSocketDomain();
        made.bind(new DomainSocketAddress("\0culvert-test-" + made.intValue()));
        made.listen(1);

        assertRefused(
                made.intValue(),
                ": the path of a socket starts with a slash and does not end with one");
        made.close();
    }

    @Test
    void refusesWhatIsNoSocket() throws IOException {
        Set<Integer> before = open();
        try (InputStream file = new FileInputStream("/dev/null")) {
            assertThat(file.read()).isEqualTo(-1);
            assertRefused(
                    openedSince(before),
                    " is not there: was this process started through another?");
        }
        assertRefused(99_999, " is not there: was this process started through another?");
    }

    private static LinuxSocket tcp() throws IOException {
        LinuxSocket made = LinuxSocket.newSocketStream(false);
        made.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        made.listen(100);
        return made;
    }

    private void assertEchoes(AgentAddress address) {
        Inbox inbox = new Inbox(2);
        Channel link = sync(loops.transport().dial(loops.next(), address, PATIENCE, inbox));
        link.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {1, 2}));
        assertThat(inbox.bytes()).containsExactly(1, 2);
    }

    private static void assertRefused(int fd, String why) {
        assertThatIOException()
                .isThrownBy(() -> InheritedSocket.of(fd, "http"))
                .withMessage("socket " + fd + " (http)" + why);
    }

    private static int openedSince(Set<Integer> before) throws IOException {
        Set<Integer> since = open();
        since.removeAll(before);
        assertThat(since).hasSize(1);
        return since.iterator().next();
    }

    /** But for the one that looks. */
    private static Set<Integer> open() throws IOException {
        Set<Integer> open = new HashSet<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path fd : all) {
                if (!Files.readSymbolicLink(fd).startsWith("/proc")) {
                    open.add(Integer.valueOf(fd.getFileName().toString()));
                }
            }
        }
        return open;
    }
}
