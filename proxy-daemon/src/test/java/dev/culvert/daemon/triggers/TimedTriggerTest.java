package dev.culvert.daemon.triggers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.Schedule;
import dev.culvert.daemon.config.TriggerSettings;
import dev.culvert.daemon.config.TriggerSettings.Cause;
import dev.culvert.settings.Node;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The clock and the loop are the test's. */
class TimedTriggerTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<String> fired = new ArrayList<>();
    private int missed;
    private Instant now = Instant.parse("2026-11-30T12:00:30Z");
    private final Schedule schedule = Schedule.parse("*/10 * * * *");

    private final TimedTrigger trigger =
            new TimedTrigger(
                    new TriggerSettings(
                            "t",
                            "f",
                            "default",
                            Set.of(),
                            new Cause.At(schedule),
                            "{}",
                            Optional.empty(),
                            false),
                    schedule,
                    new Trigger.Fire() {
                        @Override
                        public void fire(
                                @Nullable String key, @Nullable Node payload, Runnable then) {
                            fired.add(key);
                        }

                        @Override
                        public void missed() {
                            missed++;
                        }
                    },
                    channel.eventLoop(),
                    () -> now);

    private void pass(Duration time) {
        for (long left = time.toSeconds(); left > 0; left -= 30) {
            now = now.plusSeconds(30);
            channel.advanceTimeBy(30, TimeUnit.SECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    @Test
    void firesAtEachTimeOnce() {
        trigger.begin(null);
        assertThat(fired).isEmpty();

        pass(Duration.ofMinutes(25));

        assertThat(fired).containsExactly("2026-11-30T12:10:00Z", "2026-11-30T12:20:00Z");
        assertThat(missed).isZero();
    }

    @Test
    void makesUpForWhatItMissedOnce() {
        trigger.begin(now.minus(Duration.ofMinutes(35)));

        assertThat(fired).containsExactly("2026-11-30T12:00:00Z");
        assertThat(missed).isEqualTo(4);
    }

    @Test
    void hasMissedNothingAfterARunOfTheLastTime() {
        trigger.begin(Instant.parse("2026-11-30T12:00:00Z"));

        assertThat(fired).isEmpty();
        assertThat(missed).isZero();
    }

    @Test
    void aClockThatIsSetForwardMakesItFireOnce() {
        trigger.begin(null);
        now = now.plus(Duration.ofDays(1));

        pass(Duration.ofMinutes(2));

        assertThat(fired).containsExactly("2026-11-30T12:10:00Z");
    }

    @Test
    void stopsWhenItIsTold() {
        trigger.begin(null);
        trigger.stop();

        pass(Duration.ofMinutes(25));

        assertThat(fired).isEmpty();
    }
}
