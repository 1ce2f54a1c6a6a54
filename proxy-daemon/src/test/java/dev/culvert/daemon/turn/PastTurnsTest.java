package dev.culvert.daemon.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.TurnSettings;
import dev.culvert.daemon.turn.PastTurn.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PastTurnsTest {
    private static final Outcome DONE = Objects.requireNonNull(Outcome.of(null));
    private static final TurnSettings SETTINGS =
            new TurnSettings(
                    1, 1, 1, Duration.ofSeconds(1), Duration.ZERO, Duration.ofSeconds(60), 1, 3, 2);

    private long now = Long.MAX_VALUE - 10; // it wraps
    private final PastTurns turns = new PastTurns(() -> SETTINGS, () -> now);

    private void note(String id, long asked, @Nullable Outcome outcome) {
        turns.note(new PastTurn(id, "a", asked, "i1", 7, outcome, null, null, Instant.EPOCH));
    }

    private void pass(int seconds) {
        now += Duration.ofSeconds(seconds).toNanos();
    }

    @Test
    void aKeyIsHeldForTheTimeHoweverManyOtherTurnsThereAre() {
        note("key", 5, DONE);
        pass(59);
        for (int i = 0; i < 10; i++) {
            note("other " + i, 0, DONE);
        }

        assertThat(turns.find("key")).isNotNull();
        assertThat(turns.find("other 7")).isNull();
        assertThat(turns.find("other 8")).isNotNull();
        assertThat(turns.count(false)).isEqualTo(2);
        pass(1);
        assertThat(turns.find("key")).isNull();
        assertThat(turns.count(true)).isZero();
    }

    @Test
    void oneKeyTooManyIsSaidSoUntilTheOldestIsForgotten() {
        note("one", 5, DONE);
        pass(30);
        note("two", 5, DONE);
        assertThat(turns.isFullOfKeys()).isFalse();
        note("three", 5, null);

        assertThat(turns.isFullOfKeys()).isTrue();
        pass(30);
        assertThat(turns.isFullOfKeys()).isFalse();
    }

    @Test
    void whatIsKnownOfATurnIsNotLostByALaterReaderOfIt() {
        note("key", 5, null);
        turns.note(new PastTurn("key", "a", 0, "", 3, DONE, null, null, Instant.EPOCH));
        turns.note(new PastTurn("key", "a", 0, "", 3, null, null, null, Instant.MAX));

        assertThat(turns.find("key"))
                .isEqualTo(new PastTurn("key", "a", 5, "i1", 7, DONE, null, null, Instant.EPOCH));
        assertThat(turns.count(true)).isEqualTo(1);
        assertThat(turns.count(false)).isZero();
    }
}
