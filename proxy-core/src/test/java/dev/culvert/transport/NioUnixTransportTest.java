package dev.culvert.transport;

import static dev.culvert.transport.TransportContract.failureOf;
import static dev.culvert.transport.TransportContract.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.transport.AgentAddress.Unix;
import io.netty.channel.Channel;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NioUnixTransportTest implements TransportContract {
    @TempDir private Path directory;
    private final EventLoops loops = EventLoops.nio(2, "nio-unix-test");
    private int sockets;

    @BeforeEach
    void leaveASocketThatNobodyServes() throws IOException {
        UnixTransportTest.leaveDead(directory.resolve("dead"));
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

    @Test
    void saysThatASocketIsNotThere() {
        DialException failure = failureOf(dial(free(), PATIENCE, new Inbox(1)));

        assertThat(failure).hasMessageContaining("there is no such socket");
    }

    @Test
    void listensAgainWhereAListenerHasClosed() {
        assertListensAgain();
    }

    @Test
    void removesItsSocketWhenItStopsListening() {
        Channel listening = listen(new Echo());
        Path path = Path.of(((Unix) Transport.localAddress(listening)).path());
        assertThat(path).exists();

        sync(listening.close());

        assertThat(path).doesNotExist();
    }
}
