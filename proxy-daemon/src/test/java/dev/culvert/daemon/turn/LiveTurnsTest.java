package dev.culvert.daemon.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.FleetSettings;
import dev.culvert.daemon.config.TimeoutSettings;
import dev.culvert.daemon.config.TurnSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.AgentSource;
import dev.culvert.daemon.fleet.DesiredStore;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.frame.Frame;
import dev.culvert.link.Failure;
import dev.culvert.road.TestRoads;
import dev.culvert.transport.AgentAddress;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Readers of one turn, who come and go on several event loops at once. */
class LiveTurnsTest {
    private static final int ROUNDS = 100_000;

    private final LiveTurns live = new LiveTurns();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Agent agent;

    LiveTurnsTest() throws IOException {
        Fleet fleet = new Fleet(DesiredStore.NONE, () -> FleetSettings.DEFAULTS, TestRoads::unused);
        fleet.source(AgentSource.API)
                .put(
                        new AgentSettings(
                                "a",
                                "default",
                                AgentAddress.parse("tcp://127.0.0.1:1"),
                                Optional.empty(),
                                List.of()));
        agent = Objects.requireNonNull(fleet.find("a"));
    }

    private LiveTurn reader() {
        TurnNeeds needs =
                new TurnNeeds(
                        _ -> true,
                        live,
                        new PastTurns(() -> TurnSettings.DEFAULTS, System::nanoTime),
                        new GoingOn(),
                        new WatchedTurns(live),
                        () -> DaemonSettings.DEFAULTS,
                        new ExchangeOpener(() -> TimeoutSettings.DEFAULTS),
                        new Uncounted());
        TurnRequest request = new TurnRequest("t", agent, true, 0, "r", null);
        return new LiveTurn(needs, channel.eventLoop(), request, null, 0, new Deaf());
    }

    /** One reader ends in the very moment in which the next one comes. */
    @Test
    void aReaderThatHasEndedIsNeverPutBack() throws Exception {
        AtomicInteger missing = new AtomicInteger();
        CyclicBarrier start = new CyclicBarrier(2);
        List<Thread> loops = new ArrayList<>();
        for (int loop = 0; loop < 2; loop++) {
            loops.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                await(start);
                                for (int i = 0; i < ROUNDS; i++) {
                                    LiveTurn turn = reader();
                                    live.enter(turn);
                                    if (live.last("t") == null) {
                                        missing.incrementAndGet();
                                    }
                                    live.leave(turn);
                                }
                            }));
        }
        for (Thread loop : loops) {
            loop.join();
        }

        assertThat(missing).hasValue(0);
        assertThat(live.count()).isZero();
        assertThat(live.last("t")).isNull();
    }

    @Test
    void whoCameLastIsKnownWhoeverLeaves() {
        LiveTurn eldest = reader();
        LiveTurn middle = reader();
        LiveTurn last = reader();
        assertThat(live.enter(eldest)).isNull();
        assertThat(live.enter(middle)).isSameAs(eldest);
        assertThat(live.enter(last)).isSameAs(middle);

        assertThat(live.leave(middle)).isNull();
        assertThat(live.isLast(last)).isTrue();
        assertThat(live.leave(last)).isSameAs(eldest);
        assertThat(live.isLast(eldest)).isTrue();
        assertThat(live.leave(eldest)).isNull();
        assertThat(live.count()).isZero();
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static final class Deaf implements TurnListener {
        @Override
        public void onChunk(Frame chunk, long number) {}

        @Override
        public void onDone(long number) {}

        @Override
        public void onFailure(Failure failure) {}

        @Override
        public void onCut() {}
    }

    /** For tests that count nothing. */
    static final class Uncounted implements TurnObserver {
        @Override
        public void onCancelled(CancelCause cause) {}

        @Override
        public void onResumed(boolean byClient) {}

        @Override
        public void onStopped(CancelCause cause, long nanos) {}
    }
}
