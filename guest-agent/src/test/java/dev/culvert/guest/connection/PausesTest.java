package dev.culvert.guest.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.identity.Refused;
import java.time.Duration;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PausesTest {
    /** Draws the greatest number that may come. */
    private static final RandomGenerator GREATEST = drawing(1);

    /** Draws nothing. */
    private static final RandomGenerator LEAST = drawing(0);

    private static RandomGenerator drawing(int part) {
        return new RandomGenerator() {
            @Override
            public long nextLong() {
                throw new AssertionError("a wait has a bound");
            }

            @Override
            public long nextLong(long bound) {
                return part * (bound - 1);
            }
        };
    }

    private static Refused refused(String code, long retryAfter) {
        return new Refused(code, "No.", retryAfter);
    }

    @Test
    void theFirstAttemptComesAtOnceAndThoseAfterItEverLaterUpToAMinute() {
        Pauses pauses = new Pauses(GREATEST);

        assertThat(Stream.generate(() -> pauses.next(null).toSeconds()).limit(9))
                .containsExactly(0L, 1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L);
        pauses.reset();
        assertThat(pauses.next(null)).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "overloaded,    5,    5,   10",
        "draining,      1,    1,    2",
        "a_later_code,  3,    3,    6",
        "overloaded,    0,    0,    0",
        "too_slow,      0,    0,    0",
        "unknown_agent, 0,    0,    0",
        "superseded,    0,   60,  120",
        "revoked,       0,   60,  120",
        "bad_token,     0,   60,  120",
        "duplicate,    90,   90,  180",
        "overloaded, 9999999, 3600, 7200"
    })
    void aHostSaysWhenToComeAgain(String code, long retryAfter, long least, long most) {
        assertThat(new Pauses(LEAST).next(refused(code, retryAfter)))
                .isEqualTo(Duration.ofSeconds(least));
        assertThat(new Pauses(GREATEST).next(refused(code, retryAfter)))
                .isEqualTo(Duration.ofSeconds(most));
    }

    @Test
    void aHostDoesNotShortenAWait() {
        Pauses pauses = new Pauses(GREATEST);
        for (int i = 0; i < 6; i++) {
            pauses.next(null);
        }

        assertThat(pauses.next(refused("draining", 1))).isEqualTo(Duration.ofSeconds(32));
    }
}
