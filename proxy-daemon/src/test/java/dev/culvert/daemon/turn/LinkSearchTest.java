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
import dev.culvert.daemon.turn.LinkSearch.Kind;
import dev.culvert.frame.Frame;
import dev.culvert.link.AgentLink;
import dev.culvert.link.DialListener;
import dev.culvert.link.EmbeddedLink;
import dev.culvert.link.Exchange;
import dev.culvert.link.Failure;
import dev.culvert.link.LinkObserver;
import dev.culvert.link.Patience;
import dev.culvert.link.ReplyListener;
import dev.culvert.road.TestRoads;
import dev.culvert.transport.AgentAddress;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a search for a link, without sockets; time moves by hand. */
class LinkSearchTest {
    private static final Patience A_MINUTE = Patience.ofSilence(Duration.ofMinutes(1));
    private static final Duration STEP = Duration.ofMillis(50);

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final EmbeddedLink first = new EmbeddedLink(EmbeddedLink.UNWATCHED, LinkObserver.NONE);
    private final EmbeddedLink second = new EmbeddedLink(EmbeddedLink.UNWATCHED, LinkObserver.NONE);
    private final Deque<AgentLink> reachable = new ArrayDeque<>();
    private final List<Object> found = new ArrayList<>();
    private final Agent agent;
    private boolean isThere = true;
    private int dials;

    LinkSearchTest() throws IOException {
        channel.freezeTime();
        Fleet fleet =
                new Fleet(
                        DesiredStore.NONE,
                        () -> FleetSettings.DEFAULTS,
                        new TestRoads(channel.eventLoop(), (_, listener) -> dial(listener))::to);
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

    private void dial(DialListener listener) {
        dials++;
        if (reachable.isEmpty()) {
            listener.onFailure(new Failure.Unreachable("nobody listens"));
        } else {
            listener.onLink(reachable.remove());
        }
    }

    @AfterEach
    void close() {
        first.close();
        second.close();
        channel.finishAndReleaseAll();
    }

    private LinkSearch search(Kind kind) {
        TurnNeeds needs =
                new TurnNeeds(
                        _ -> isThere,
                        new LiveTurns(),
                        new PastTurns(() -> TurnSettings.DEFAULTS, System::nanoTime),
                        new GoingOn(),
                        new WatchedTurns(new LiveTurns()),
                        () -> DaemonSettings.DEFAULTS,
                        new ExchangeOpener(() -> TimeoutSettings.DEFAULTS),
                        new LiveTurnsTest.Uncounted());
        LinkSearch search =
                new LinkSearch(
                        needs,
                        channel.eventLoop(),
                        new TurnRequest("t", agent, true, 0, "r", null),
                        new LinkSearch.Seeker() {
                            @Override
                            public void onFound(AgentLink link) {
                                found.add(link);
                            }

                            @Override
                            public void onNotFound(Failure failure) {
                                found.add(failure);
                            }
                        },
                        kind,
                        "");
        search.begin();
        return search;
    }

    private void pass(Duration time) {
        for (long left = time.toMillis(); left > 0; left -= STEP.toMillis()) {
            channel.advanceTimeBy(STEP.toMillis(), TimeUnit.MILLISECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    /** Another reader has the id of the turn in use on this link. */
    private static Exchange occupy(EmbeddedLink link) {
        return link.link()
                .resume(
                        "t",
                        0,
                        1,
                        new ReplyListener() {
                            @Override
                            public void onReply(Frame reply) {}

                            @Override
                            public void onDone() {}

                            @Override
                            public void onFailure(Failure failure) {}
                        },
                        A_MINUTE);
    }

    @Test
    void takesALinkOnceTheAgentHasSaidWhatItIs() {
        reachable.add(first.link());
        search(Kind.ANNOUNCED);
        assertThat(found).isEmpty();

        first.announce("resume");

        assertThat(found).containsExactly(first.link());
    }

    @Test
    void anAgentThatCannotBeReachedIsNotWaitedFor() {
        search(Kind.ANNOUNCED);

        assertThat(found).containsExactly(new Failure.Unreachable("nobody listens"));
    }

    @Test
    void aPatientSearchDialsAgainUntilTheAgentIsBack() {
        search(Kind.PATIENT);
        pass(Duration.ofSeconds(3));
        assertThat(found).isEmpty();
        assertThat(dials).isBetween(3, 7);

        first.announce("resume");
        reachable.add(first.link());
        pass(Duration.ofSeconds(2));

        assertThat(found).containsExactly(first.link());
    }

    @Test
    void aPatientSearchEndsAfterTheTimeOfAMessage() {
        search(Kind.PATIENT);

        pass(DaemonSettings.DEFAULTS.timeouts().message());

        assertThat(found).containsExactly(new Failure.LinkLost("nobody listens"));
    }

    @Test
    void anAgentThatTakesTheConnectionAndSaysNothingIsNotThere() {
        reachable.add(first.link());
        search(Kind.PROVEN);

        pass(DaemonSettings.DEFAULTS.link().dialTimeout().multipliedBy(2));

        assertThat(found)
                .singleElement()
                .isInstanceOfSatisfying(
                        Failure.Unreachable.class,
                        it ->
                                assertThat(it.message())
                                        .contains("tcp://127.0.0.1:1", "link.dial_timeout"));
    }

    @Test
    void anAgentThatWasRemovedIsNotDialled() {
        isThere = false;

        search(Kind.PATIENT);

        assertThat(found).containsExactly(new Failure.LinkLost("the agent was removed"));
        assertThat(dials).isZero();
    }

    @Test
    void takesTheSecondLaneWhereTheIdIsInUseOnTheFirst() {
        first.announce("resume");
        second.announce("resume");
        occupy(first);
        reachable.add(first.link());
        reachable.add(second.link());

        search(Kind.PATIENT);

        assertThat(found).containsExactly(second.link());
    }

    @Test
    void waitsForALaneWhereTheIdIsInUseOnBoth() {
        first.announce("resume");
        second.announce("resume");
        occupy(first);
        occupy(second);
        reachable.add(first.link());
        reachable.add(second.link());
        search(Kind.PATIENT);
        pass(Duration.ofSeconds(1));
        assertThat(found).isEmpty();

        second.receive("error", "t", "{\"code\":\"taken_over\",\"message\":\"m\"}");
        pass(Duration.ofSeconds(1));

        assertThat(found).containsExactly(second.link());
    }

    @Test
    void tellsNothingOnceItIsStopped() {
        reachable.add(first.link());
        LinkSearch search = search(Kind.PATIENT);

        search.stop();
        first.announce("resume");
        pass(DaemonSettings.DEFAULTS.timeouts().message());

        assertThat(found).isEmpty();
    }
}
