package dev.culvert.guest.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.guest.tools.CallStart.State;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CallStartTest {
    private static final Duration MOST = Duration.ofNanos(100);

    private final CallStart start = new CallStart(-50);

    @Test
    void itsTimeIsCountedFromItsBegin() {
        assertThat(start.check(40, MOST)).isEqualTo(new State(false, 10));
        assertThat(start.begin(45)).isTrue();
        assertThat(start.check(50, MOST)).isEqualTo(new State(true, 95));
        assertThat(start.hasLeft()).isFalse();

        assertThat(start.check(145, MOST)).isEqualTo(new State(true, 0));
        assertThat(start.hasLeft()).isTrue();
    }

    @Test
    void whatWaitedTooLongNeverBegins() {
        assertThat(start.check(50, MOST)).isEqualTo(new State(false, 0));

        assertThat(start.begin(50)).isFalse();
        assertThat(start.hasLeft()).isTrue();
    }

    @Test
    void whatWaitsAfterItBeganHasNotBegun() {
        start.begin(0);
        start.onWait();
        assertThat(start.check(49, MOST)).isEqualTo(new State(false, 1));

        assertThat(start.begin(49)).isTrue();
        assertThat(start.check(60, MOST)).isEqualTo(new State(true, 89));
    }

    @Test
    void whatIsGivenUpDoesNotBegin() {
        start.giveUp();

        assertThat(start.begin(0)).isFalse();
    }
}
