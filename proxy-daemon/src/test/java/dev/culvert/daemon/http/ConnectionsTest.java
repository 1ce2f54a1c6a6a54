package dev.culvert.daemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConnectionsTest {
    @Test
    void aConnectionThatIsRefusedDoesNotHideThatTheLastOneClosed() throws Exception {
        for (int round = 0; round < 2_000; round++) {
            Connections connections = new Connections(1);
            EmbeddedChannel last = new EmbeddedChannel();
            assertThat(connections.admit(last)).isTrue();
            CompletableFuture<Void> drained = connections.drain().toCompletableFuture();
            CyclicBarrier start = new CyclicBarrier(2);
            Thread other =
                    Thread.ofPlatform()
                            .start(() -> {
                                EmbeddedChannel late = new EmbeddedChannel();
                                await(start);
                                if (connections.admit(late)) {
                                    late.close();
                                }
                            });
            await(start);
            last.close();
            other.join();
            drained.get(5, TimeUnit.SECONDS);
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
