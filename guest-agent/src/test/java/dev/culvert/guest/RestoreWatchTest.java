package dev.culvert.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.guest.config.TurnLimits;
import dev.culvert.guest.policy.BlockedCalls;
import dev.culvert.guest.runtime.EchoRuntime;
import dev.culvert.guest.turn.Parking;
import dev.culvert.guest.turn.Parking.End;
import dev.culvert.guest.turn.Turns;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RestoreWatchTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<End> ends = new ArrayList<>();
    private String generation = "g1";
    private long timeOfDay = 1_000_000;
    private Turns turns;

    @BeforeEach
    void quiesce() {
        channel.freezeTime();
        turns =
                new Turns(
                        channel.eventLoop(),
                        new EchoRuntime(Duration.ZERO),
                        TurnLimits.DEFAULTS,
                        BlockedCalls.UNRECORDED);
        Parking parking = turns.parking();
        parking.listen(
                new RestoreWatch(channel.eventLoop(), parking, () -> generation, () -> timeOfDay));
        parking.listen(
                new Parking.Listener() {
                    @Override
                    public void onGoingOn(End why) {
                        ends.add(why);
                    }
                });
        parking.begin(LONG);
    }

    @AfterEach
    void close() {
        turns.close();
        channel.finishAndReleaseAll();
    }

    /** Time passes for the whole machine. */
    private void pass(Duration time) {
        timeOfDay += time.toMillis();
        channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void whileNothingHappensItStaysQuiesced() {
        for (int i = 0; i < 600; i++) {
            pass(Duration.ofSeconds(1));
        }
        pass(Duration.ofMillis(3_900)); // a busy machine

        assertThat(turns.parking().isOn()).isTrue();
        assertThat(ends).isEmpty();
    }

    @Test
    void anotherGenerationIsARestore() {
        generation = "g2";
        pass(Duration.ofSeconds(1));

        assertThat(ends).containsExactly(End.RESTORED);
    }

    @Test
    void aGenerationThatCannotBeReadSaysNothing() {
        generation = "";
        pass(Duration.ofSeconds(1));
        generation = "g2";
        pass(Duration.ofSeconds(1));

        assertThat(ends).isEmpty();
    }

    @Test
    void aClockThatWentOnWhileTheProcessStoodStillShowsAPause() {
        pass(Duration.ofSeconds(30));

        assertThat(ends).containsExactly(End.RESTORED);
    }

    @Test
    void aTimeOfDayThatJumpsShowsARestore() {
        pass(Duration.ofSeconds(1));
        timeOfDay += 3_600_000;
        pass(Duration.ofSeconds(1));

        assertThat(ends).containsExactly(End.RESTORED);
    }

    @Test
    void anEarlierTimeOfDayShowsARestoreToo() {
        timeOfDay -= 60_000;
        pass(Duration.ofSeconds(1));

        assertThat(ends).containsExactly(End.RESTORED);
    }

    @Test
    void itLooksNoMoreOnceTheTurnsGoOnAndAgainWithTheNextQuiesce() {
        turns.parking().end(End.ASKED, "the host asked for it");
        generation = "g2";
        pass(Duration.ofSeconds(60));
        assertThat(ends).containsExactly(End.ASKED);

        turns.parking().begin(LONG);
        pass(Duration.ofSeconds(1));
        assertThat(turns.parking().isOn()).isTrue();
        pass(Duration.ofSeconds(30));
        assertThat(ends).containsExactly(End.ASKED, End.RESTORED);
    }

    @Test
    void aGuestThatStopsIsQuiescedNoLonger() {
        turns.drain(() -> {});

        assertThat(ends).containsExactly(End.STOPPING);
    }

    @Test
    void aSecondQuiesceBeginsTheLimitAnew() {
        turns.parking().begin(Duration.ofSeconds(3));
        pass(Duration.ofSeconds(2));
        turns.parking().begin(Duration.ofSeconds(3));
        pass(Duration.ofSeconds(2));
        assertThat(ends).isEmpty();

        pass(Duration.ofSeconds(1));

        assertThat(ends).containsExactly(End.LIMIT);
    }
}
