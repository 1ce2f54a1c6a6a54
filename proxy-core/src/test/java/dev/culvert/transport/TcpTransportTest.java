package dev.culvert.transport;

import static dev.culvert.transport.TransportContract.failureOf;
import static dev.culvert.transport.TransportContract.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.transport.AgentAddress.Tcp;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class TcpTransportTest implements TransportContract {
    private final EventLoops loops = EventLoops.start(2, "tcp-test");
    private final AgentAddress nobody = unusedPort();

    @Override
    public EventLoops loops() {
        return loops;
    }

    @Override
    public AgentAddress free() {
        return new Tcp("127.0.0.1", 0);
    }

    @Override
    public AgentAddress nobody() {
        return nobody;
    }

    static AgentAddress unusedPort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new Tcp("127.0.0.1", socket.getLocalPort());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void listensAgainWhereAListenerHasClosed() {
        assertListensAgain();
    }

    @Test
    void tellsThePortThatItListensOn() {
        AgentAddress address = Transport.localAddress(listen(new Echo()));

        assertThat(address).isInstanceOf(Tcp.class);
        assertThat(((Tcp) address).host()).isEqualTo("127.0.0.1");
        assertThat(((Tcp) address).port()).isPositive();
    }

    @Test
    void givesUpOnAPeerThatDoesNotAccept() throws IOException {
        try (DeafServer deaf = new DeafServer()) {
            assertTimesOut(deaf.address());
        }
    }

    @Test
    void closesTheChannelOfADialThatIsCancelledWhileItWaits() throws IOException {
        try (DeafServer deaf = new DeafServer()) {
            assertCancelCloses(deaf.address());
        }
    }

    @Test
    void reachesAHostByItsName() {
        Tcp listening = (Tcp) Transport.localAddress(listen(new Echo()));

        Channel link = sync(dial(new Tcp("localhost", listening.port()), PATIENCE, new Inbox(1)));

        assertThat(link.isActive()).isTrue();
    }

    @Test
    void saysThatAHostNameIsUnknown() {
        String host = "a".repeat(64); // too long for a label, so that no name server is asked

        DialException failure = failureOf(dial(new Tcp(host, 80), PATIENCE, new Inbox(1)));

        assertThat(failure)
                .hasMessage("tcp://" + host + ":80: no such host: is its name spelt right?");
    }

    @Test
    void refusesToDialPortZero() {
        DialException failure = failureOf(dial(free(), PATIENCE, new Inbox(1)));

        assertThat(failure).hasMessageContaining("a port other than 0");
    }

    @Test
    void sendsSmallWritesAtOnceOnBothSidesAndReusesItsPort() {
        Inbox accepted = new Inbox(1);
        Channel listening = listen(accepted);
        Channel link = sync(dial(Transport.localAddress(listening), PATIENCE, new Inbox(1)));

        assertThat(link.config().getOption(ChannelOption.TCP_NODELAY)).isTrue();
        assertThat(accepted.active().config().getOption(ChannelOption.TCP_NODELAY)).isTrue();
        assertThat(listening.config().getOption(ChannelOption.SO_REUSEADDR)).isTrue();
        assertThat(listening.config().getOption(ChannelOption.SO_BACKLOG)).isEqualTo(1024);
    }

    @Test
    void knowsNoCidOfItsPeer() {
        Channel link = link(new Echo(), new Inbox(1));

        assertThat(Transport.peerCid(link)).isEqualTo(OptionalInt.empty());
    }

    /** Listens with a full queue, so that Linux answers no further connection. */
    private record DeafServer(ServerSocket server, Socket first, Socket second)
            implements AutoCloseable {
        DeafServer() throws IOException {
            this(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        }

        private DeafServer(ServerSocket server) throws IOException {
            this(
                    server,
                    new Socket(server.getInetAddress(), server.getLocalPort()),
                    new Socket(server.getInetAddress(), server.getLocalPort()));
        }

        AgentAddress address() {
            return new Tcp("127.0.0.1", server.getLocalPort());
        }

        @Override
        public void close() throws IOException {
            first.close();
            second.close();
            server.close();
        }
    }
}
