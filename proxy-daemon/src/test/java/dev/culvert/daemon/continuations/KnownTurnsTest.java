package dev.culvert.daemon.continuations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.ContinuationSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KnownTurnsTest {
    private static final int OF_CONTENT = 488;

    /** With what a turn takes beside its content. */
    private static final int OF_A_TURN = 1_000;

    private static final Instant EXPIRES = Instant.parse("2999-01-01T00:00:00Z");

    private final List<String> deleted = new ArrayList<>();
    private Instant now = Instant.parse("2026-11-30T10:00:00Z");

    private KnownTurns roomForTurns(int count) {
        ContinuationSettings settings =
                new ContinuationSettings(Duration.ofMinutes(15), OF_A_TURN, count * OF_A_TURN);
        return new KnownTurns(() -> settings, () -> now, deleted::add);
    }

    private void store(KnownTurns turns, String tenant, String... hashes) {
        for (String hash : hashes) {
            now = now.plusSeconds(1);
            turns.isStored(
                    new Continuation(
                            hash,
                            "turn-" + hash,
                            tenant,
                            "token:ci",
                            "a",
                            EXPIRES,
                            null,
                            new byte[0]),
                    OF_CONTENT);
        }
    }

    @Test
    void dropsTheOldestOfTheTenantThatHoldsMost() {
        KnownTurns turns = roomForTurns(4);
        store(turns, "quiet", "q1");

        store(turns, "busy", "b1", "b2", "b3", "b4", "b5");

        assertThat(deleted).containsExactly("b1", "b2");
        assertThat(turns.count()).isEqualTo(4);
        assertThat(turns.bytes()).isEqualTo(4 * OF_A_TURN);
    }

    @Test
    void aTenantWithLessTakesRoomFromTheOneWithMore() {
        KnownTurns turns = roomForTurns(4);
        store(turns, "busy", "b1", "b2", "b3", "b4");

        store(turns, "quiet", "q1", "q2");

        assertThat(deleted).containsExactly("b1", "b2");
    }

    @Test
    void whatDoesNotFitByItselfIsDroppedToo() {
        KnownTurns turns = roomForTurns(0);

        store(turns, "quiet", "q1");

        assertThat(deleted).containsExactly("q1");
        assertThat(turns.bytes()).isZero();
    }
}
