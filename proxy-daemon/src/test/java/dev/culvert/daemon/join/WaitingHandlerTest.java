package dev.culvert.daemon.join;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.JoinSettings;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a handshake begins. */
class WaitingHandlerTest {
    private final List<Channel> begun = new ArrayList<>();
    private final List<EmbeddedChannel> channels = new ArrayList<>();
    private int backlog;
    private final Waiting waiting =
            new Waiting(() -> JoinSettings.DEFAULTS, JoinObserver.NONE, () -> backlog);

    private EmbeddedChannel connect() {
        EmbeddedChannel channel = new EmbeddedChannel(new WaitingHandler(waiting, begun::add));
        channel.freezeTime();
        channels.add(channel);
        return channel;
    }

    private static void pass(EmbeddedChannel channel, long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    @AfterEach
    void close() {
        channels.forEach(EmbeddedChannel::finishAndReleaseAll);
    }

    @Test
    void theFirstBeginsAtOnce() {
        assertThat(begun).isEmpty();

        EmbeddedChannel channel = connect();

        assertThat(begun).containsExactly(channel);
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void noneBeginsWhileTheWorkersAreBehind() {
        backlog = 64;
        EmbeddedChannel channel = connect();
        pass(channel, 500);
        assertThat(begun).isEmpty();
        assertThat(channel.config().isAutoRead()).isFalse();
        assertThat(waiting.count()).isEqualTo(1);

        backlog = 63;
        pass(channel, 500);

        assertThat(begun).containsExactly(channel);
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void whatAStandstillHasPutOffBeginsAtTwiceTheRate() {
        long now = -5;
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 60; i++) { // those of 300 ms
            waits.add(waiting.spaceNanos(now));
        }

        assertThat(waits.getFirst()).isZero();
        assertThat(waits.get(40)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(100));
        assertThat(waiting.spaceNanos(now + TimeUnit.SECONDS.toNanos(1))).isZero();
    }

    @Test
    void whoLeavesMeanwhileWaitsNoMore() {
        backlog = 64;
        EmbeddedChannel channel = connect();
        channel.close();
        backlog = 0;
        pass(channel, 500);

        assertThat(begun).isEmpty();
        assertThat(waiting.count()).isZero();
    }
}
