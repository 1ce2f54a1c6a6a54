package dev.culvert.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    /** Draws the greatest number that may come. */
    private static final RandomGenerator GREATEST =
            new RandomGenerator() {
                @Override
                public long nextLong() {
                    throw new AssertionError("a wait has a bound");
                }

                @Override
                public long nextLong(long bound) {
                    return bound - 1;
                }
            };

    @Test
    void theFirstAttemptComesAtOnceAndThoseAfterItEverLaterUpToTheMost() {
        Backoff backoff = backoff(Duration.ofSeconds(1), Duration.ofSeconds(60), GREATEST);

        assertThat(waits(backoff, 9)).containsExactly(0L, 1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L);
    }

    @Test
    void afterUsefulWorkItBeginsAnew() {
        Backoff backoff = backoff(Duration.ofSeconds(1), Duration.ofSeconds(60), GREATEST);
        assertThat(waits(backoff, 5)).endsWith(8L);

        backoff.reset();

        assertThat(waits(backoff, 3)).containsExactly(0L, 1L, 2L);
    }

    @Test
    void waitsAreDrawnFromZeroToTheMost() {
        Backoff backoff =
                backoff(Duration.ofSeconds(8), Duration.ofSeconds(8), new SplittableRandom(1));

        List<Long> waits = waits(backoff, 200);

        assertThat(waits).allMatch(wait -> wait <= 8);
        assertThat(waits).contains(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L);
    }

    @Test
    void noSettingAndNoNumberOfAttemptsOverflows() {
        Duration longest = Duration.ofMillis(Long.MAX_VALUE);
        Backoff backoff = backoff(Duration.ofDays(100), longest, GREATEST);

        for (int i = 0; i < 100; i++) {
            assertThat(backoff.next()).isGreaterThanOrEqualTo(Duration.ZERO);
        }

        assertThat(backoff.next()).isGreaterThan(Duration.ofDays(36_500));
    }

    private static Backoff backoff(Duration min, Duration max, RandomGenerator random) {
        return new Backoff(() -> min, () -> max, random);
    }

    private static List<Long> waits(Backoff backoff, int count) {
        return Stream.generate(backoff::next).limit(count).map(Duration::toSeconds).toList();
    }
}
