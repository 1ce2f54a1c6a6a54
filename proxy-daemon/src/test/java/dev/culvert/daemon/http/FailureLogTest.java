package dev.culvert.daemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FailureLogTest {
    private final FailureLog log = new FailureLog(new CountingObserver());
    private final EmbeddedChannel channel = new EmbeddedChannel();

    @Test
    void holdsBackWhatIsTooMuchAndGoesOnAWhileLater() {
        channel.freezeTime();
        assertThat(lines(1000)).isEqualTo(FailureLog.LINES);
        channel.advanceTimeBy(FailureLog.SECONDS, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(lines(3)).isEqualTo(3);
    }

    private long lines(int failures) {
        return IntStream.range(0, failures).filter(_ -> log.mayTell(channel.eventLoop())).count();
    }
}
