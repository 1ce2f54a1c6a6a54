package dev.culvert.transport;

import static dev.culvert.transport.TransportContract.failureOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.transport.AgentAddress.Tcp;
import dev.culvert.transport.AgentAddress.Vsock;
import org.junit.jupiter.api.Test;

class NioTcpTransportTest implements TransportContract {
    private final EventLoops loops = EventLoops.nio(2, "nio-tcp-test");
    private final AgentAddress nobody = TcpTransportTest.unusedPort();

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

    @Test
    void saysThatVsockNeedsEpoll() {
        DialException dialing = failureOf(dial(new Vsock(5, 1024), PATIENCE, new Inbox(1)));
        DialException listening =
                failureOf(
                        loops.transport()
                                .listen(loops.group(), new Vsock(Vsock.ANY_CID, 1024), new Echo()));

        assertThat(dialing).hasMessageStartingWith("vsock://5:1024: vsock needs Linux with epoll");
        assertThat(listening)
                .hasMessageStartingWith("vsock://any:1024: vsock needs Linux with epoll");
    }
}
