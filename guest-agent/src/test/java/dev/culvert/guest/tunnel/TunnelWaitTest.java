package dev.culvert.guest.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.tunnel.TunnelListener;
import dev.culvert.tunnel.TunnelRefusal;
import dev.culvert.tunnel.TunnelRefusal.Code;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TunnelWaitTest {
    private final List<String> told = new ArrayList<>();

    private final TunnelListener listener =
            new TunnelListener() {
                @Override
                public void onOpen(Channel tunnel) {
                    told.add("open");
                }

                @Override
                public void onRefused(TunnelRefusal refusal) {
                    told.add(refusal.code() == Code.TIMEOUT ? "timeout" : "refused");
                }
            };

    /** So the link and the tickets both forget it, although the host never answers. */
    @Test
    void aWaitThatIsOverIsForgottenByAllWhoKnowIt() {
        EmbeddedChannel channel = new EmbeddedChannel();
        TunnelCount count = new TunnelCount(1);
        assertThat(count.enter()).isNull();
        TunnelWait waiting =
                new TunnelWait(channel.eventLoop(), Duration.ofSeconds(5), count, listener);
        waiting.whenOver(() -> told.add("first"));
        waiting.whenOver(() -> told.add("second"));

        channel.advanceTimeBy(6, TimeUnit.SECONDS);
        channel.runPendingTasks();

        assertThat(told).containsExactly("first", "second", "timeout");
        assertThat(count.open()).isZero();
        channel.close();
    }
}
