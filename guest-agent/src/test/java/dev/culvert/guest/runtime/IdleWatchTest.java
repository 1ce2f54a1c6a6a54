package dev.culvert.guest.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IdleWatchTest {

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final AtomicInteger calls = new AtomicInteger();
    private final IdleWatch watch =
            new IdleWatch(channel.eventLoop(), Duration.ofSeconds(10), calls::incrementAndGet);

    @BeforeEach
    void freezeTime() {
        channel.freezeTime();
    }

    @AfterEach
    void finishChannel() {
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void callsOnceThereWasNoProgressForTheTime() {
        watch.start();
        pass(9);
        assertThat(calls).hasValue(0);
        pass(1);
        assertThat(calls).hasValue(1);
        pass(100);
        assertThat(calls).hasValue(1);
    }

    @Test
    void countsFromTheLastProgress() {
        watch.start();
        pass(9);
        watch.onProgress();
        pass(9);
        assertThat(calls).hasValue(0);
        pass(1);
        assertThat(calls).hasValue(1);
    }

    @Test
    void countsNothingWhileItIsStoppedAndAnewWhenItIsStarted() {
        watch.start();
        pass(9);
        watch.stop();
        pass(100);
        watch.start();
        pass(9);
        assertThat(calls).hasValue(0);
        pass(1);
        assertThat(calls).hasValue(1);
    }

    private void pass(long seconds) {
        channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
    }
}
