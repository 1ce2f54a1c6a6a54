package dev.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.transport.AgentAddress.Tcp;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

class AcceptFailuresTest {
    private final IOException noDescriptor =
            new IOException("accept(..) failed with error(-24): Too many open files");

    private final LongAdder count = new LongAdder();
    private final EmbeddedChannel listener =
            new EmbeddedChannel(new AcceptFailures(new Tcp("127.0.0.1", 80), count));

    @Test
    void triesAgainASecondAfterAFailureAndPassesNothingOn() {
        listener.freezeTime();
        listener.pipeline().fireExceptionCaught(noDescriptor);
        assertThat(listener.config().isAutoRead()).isFalse();

        listener.advanceTimeBy(1, TimeUnit.SECONDS);
        listener.runScheduledPendingTasks();
        assertThat(listener.config().isAutoRead()).isTrue();

        listener.pipeline().fireExceptionCaught(noDescriptor);
        assertThat(count.sum()).isEqualTo(2);
        listener.checkException(); // Netty's own line for what nobody took
        listener.writeInbound("a connection");
        assertThat(listener.<Object>readInbound()).isEqualTo("a connection");
    }

    @Test
    void namesTheLimitOfDescriptors() {
        assertThat(Diagnosis.listening(new Tcp("127.0.0.1", 80), noDescriptor))
                .hasMessage(
                        "tcp://127.0.0.1:80: this process has no file descriptor left: raise its"
                                + " limit, LimitNOFILE= of the systemd unit or ulimit -n");
    }
}
