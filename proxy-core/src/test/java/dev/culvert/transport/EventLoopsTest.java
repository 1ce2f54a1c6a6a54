package dev.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.culvert.transport.AgentAddress.Tcp;
import dev.culvert.transport.AgentAddress.Vsock;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class EventLoopsTest {

    @Test
    void runsOnEpollUnderTheNameThatItWasGiven() throws Exception {
        try (EventLoops loops = EventLoops.start(1, "named")) {
            EventLoop loop = loops.next();

            assertThat(((IoEventLoop) loop).isIoType(EpollHandler.class)).isTrue();
            assertThat(loop.submit(() -> Thread.currentThread().getName()).get())
                    .startsWith("named-");
        }
    }

    @RepeatedTest(50) // a race: Netty alone lost it in three runs of twelve
    void closesItsChannelsAndEndsItsLoops() {
        EventLoops loops = EventLoops.start(2, "closing");
        Channel listening =
                TransportContract.sync(
                        loops.transport()
                                .listen(loops.group(), new Tcp("127.0.0.1", 0), new Echo()));

        loops.close();

        assertThat(listening.isOpen()).isFalse();
        assertThat(loops.group().isTerminated()).isTrue();
        loops.close(); // a second time is harmless
    }

    @Test
    void refusesToWaitForItselfOnALoop() throws Exception {
        try (EventLoops loops = EventLoops.start(1, "waiting")) {
            loops.next()
                    .submit(() -> assertThatIllegalStateException().isThrownBy(loops::close))
                    .get();
        }
    }

    @Test
    void dialsNoMoreOnceItIsClosed() {
        EventLoops loops = EventLoops.start(1, "closed");
        EventLoop loop = loops.next();
        loops.close();

        Future<Channel> dialed =
                loops.transport()
                        .dial(loop, new Tcp("127.0.0.1", 1), Duration.ofSeconds(1), new Inbox(1));

        assertThat(dialed.cause())
                .isInstanceOf(DialException.class)
                .hasMessageContaining("this process is stopping");
    }

    @Test
    void refusesToDialTheCidThatMeansAnyBeforeItOpensASocket() {
        try (EventLoops loops = EventLoops.start(1, "any")) {
            Future<Channel> dialed =
                    loops.transport()
                            .dial(
                                    loops.next(),
                                    new Vsock(Vsock.ANY_CID, 1024),
                                    Duration.ofSeconds(1),
                                    new Inbox(1));

            assertThat(dialed.cause())
                    .isInstanceOf(DialException.class)
                    .hasMessageContaining("this address is only for listening");
        }
    }
}
