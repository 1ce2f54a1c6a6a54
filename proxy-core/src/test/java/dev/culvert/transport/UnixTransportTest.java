package dev.culvert.transport;

import static dev.culvert.transport.TransportContract.failureOf;
import static dev.culvert.transport.TransportContract.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.transport.AgentAddress.HybridUnix;
import dev.culvert.transport.AgentAddress.Unix;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixTransportTest implements TransportContract {
    @TempDir private Path directory;
    private final EventLoops loops = EventLoops.start(2, "unix-test");
    private int sockets;

    @BeforeEach
    void leaveASocketThatNobodyServes() throws IOException {
        leaveDead(directory.resolve("dead"));
    }

    @Override
    public EventLoops loops() {
        return loops;
    }

    @Override
    public AgentAddress free() {
        return new Unix(directory.resolve("socket-" + sockets++).toString());
    }

    @Override
    public AgentAddress nobody() {
        return new Unix(directory.resolve("dead").toString());
    }

    static void leaveDead(Path path) throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
        }
    }

    @Test
    void saysThatASocketIsNotThere() {
        DialException failure = failureOf(dial(free(), PATIENCE, new Inbox(1)));

        assertThat(failure)
                .hasMessageEndingWith(
                        ": there is no such socket: is the VM started, and is the path right?");
    }

    @Test
    void saysThatTheQueueOfASocketIsFull() throws IOException {
        Path path = directory.resolve("busy");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                SocketChannel first = SocketChannel.open(StandardProtocolFamily.UNIX);
                SocketChannel second = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path), 1);
            first.connect(UnixDomainSocketAddress.of(path));
            second.connect(UnixDomainSocketAddress.of(path));

            DialException failure =
                    failureOf(dial(new Unix(path.toString()), PATIENCE, new Inbox(1)));

            assertThat(failure).hasMessageContaining("the queue of connections that wait there");
        }
    }

    @Test
    void replacesASocketThatNobodyServes() {
        Channel listening = sync(listenOn(nobody()));

        assertThat(sync(dial(nobody(), PATIENCE, new Inbox(1))).isActive()).isTrue();
        assertThat(listening.config().getOption(ChannelOption.SO_BACKLOG)).isEqualTo(1024);
    }

    @Test
    void leavesAloneWhatIsNotASocket() throws IOException {
        Path file = Files.writeString(directory.resolve("notes"), "precious");

        DialException failure = failureOf(listenOn(new Unix(file.toString())));

        assertThat(failure).hasMessageContaining("something that is not a socket is in the way");
        assertThat(file).hasContent("precious");
    }

    @Test
    void leavesAloneALinkToASocket() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("dead"));

        DialException failure = failureOf(listenOn(new Unix(link.toString())));

        assertThat(failure).hasMessageContaining("something that is not a socket is in the way");
        assertThat(link).isSymbolicLink();
    }

    @Test
    void listensAgainWhereAListenerHasClosed() {
        assertListensAgain();
    }

    @Test
    void removesItsSocketWhenItStopsListening() {
        Unix address = (Unix) free();
        Channel listening = sync(listenOn(address));
        assertThat(Path.of(address.path())).exists();

        sync(listening.close());

        assertThat(Path.of(address.path())).doesNotExist();
    }

    @Test
    void saysThatTheDirectoryIsMissing() {
        DialException failure =
                failureOf(listenOn(new Unix(directory.resolve("no/socket").toString())));

        assertThat(failure).hasMessageContaining("the directory of this socket does not exist");
    }

    @Test
    void refusesToListenOnTheSocketOfAMonitor() {
        DialException failure =
                failureOf(listenOn(new HybridUnix(directory.resolve("vm").toString(), 1024)));

        assertThat(failure).hasMessageContaining("this address can only be dialled");
    }

    private Future<Channel> listenOn(AgentAddress address) {
        return loops.transport().listen(loops.group(), address, new Echo());
    }
}
