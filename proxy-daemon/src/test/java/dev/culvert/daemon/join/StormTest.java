package dev.culvert.daemon.join;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.JoinSettings;
import dev.culvert.io.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Thousands of agents that lose their daemon at the same moment, in time that is only counted: when
 * each dials again is drawn as in the guest, and when each may join is decided as in the daemon.
 */
class StormTest {
    private static final int AGENTS = 5_000;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long SLOT = TimeUnit.MILLISECONDS.toNanos(100);

    /** When each agent connects, counted from the daemon's start. */
    private static List<Long> connections(long awayNanos) {
        List<Long> times = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(awayNanos);
        for (int agent = 0; agent < AGENTS; agent++) {
            Backoff backoff =
                    new Backoff(() -> Duration.ofSeconds(1), () -> Duration.ofSeconds(60), random);
            long now = backoff.next().toNanos();
            while (now < awayNanos) { // the daemon is not there: the attempt fails at once
                now += backoff.next().toNanos();
            }
            times.add(now - awayNanos);
        }
        times.sort(null);
        return times;
    }

    @ParameterizedTest
    @ValueSource(longs = {500, 1_000, 2_000, 3_000, 5_000, 10_000, 30_000, 60_000, 300_000})
    void allAreBackWithinAMinuteAndNeverTooManyAtOnce(long awayMillis) {
        Waiting waiting = new Waiting(() -> JoinSettings.DEFAULTS, JoinObserver.NONE, () -> 0);
        Map<Long, Integer> slots = new HashMap<>();
        long last = 0;
        for (long connected : connections(TimeUnit.MILLISECONDS.toNanos(awayMillis))) {
            assertThat(waiting.enter()).isTrue();
            long joined = connected + waiting.turnNanos(connected);
            slots.merge(joined / SLOT, 1, Integer::sum);
            last = Math.max(last, joined);
        }

        int fullest = slots.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
        double mean = (double) AGENTS / (last / SLOT + 1);
        assertThat(last).isLessThanOrEqualTo(60 * SECOND);
        assertThat(fullest).isLessThanOrEqualTo((int) (3 * mean));
    }
}
