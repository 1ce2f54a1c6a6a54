package dev.culvert.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlotsTest {
    private static final Duration LENGTH = Duration.ofMillis(100);
    private static final long MILLI = 1_000_000;
    private static final long FROM = -5 * MILLI;

    private static Slots slots(long... afterMillis) {
        List<Long> nanos = new ArrayList<>();
        for (long millis : afterMillis) {
            nanos.add(FROM + millis * MILLI);
        }
        return Slots.of(LENGTH, nanos, FROM);
    }

    @Test
    void countsWhatHappenedInEachSlot() {
        Slots slots = slots(0, 99, 100, 350);

        assertThat(slots.counts()).containsExactly(2, 1, 0, 1);
        assertThat(slots.sum()).isEqualTo(4);
        assertThat(slots.fullest()).isEqualTo(2);
        assertThat(slots.lastNanos()).isEqualTo(350 * MILLI);
    }

    @Test
    void theMeanLeavesOutTheWaitBeforeTheFirstAndTheLastTenth() {
        long[] times = new long[20];
        for (int i = 0; i < 19; i++) {
            times[i] = 1_000L + 100L * i / 2;
        }
        times[19] = 60_000;
        Slots slots = slots(times);

        assertThat(slots.mean()).isCloseTo(2, within(0.11));
        assertThat(slots.peak()).isCloseTo(1, within(0.11));
    }

    @Test
    void whatComesAllAtOnceIsAPeak() {
        long[] times = new long[40];
        for (int i = 0; i < 30; i++) {
            times[i] = 100L * i;
        }
        for (int i = 30; i < 40; i++) {
            times[i] = 500;
        }

        assertThat(slots(times).peak()).isGreaterThan(3);
    }

    @Test
    void nothingAtAllHasNoSlotThatIsFull() {
        assertThat(slots().sum()).isZero();
        assertThat(slots().fullest()).isZero();
        assertThat(slots())
                .hasToString(
                        "0 within 0.0 s; at most 0 in 100 ms, NaN times the mean of 0.0; in each second 0");
    }
}
