package dev.culvert.daemon.turn;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import dev.culvert.link.AgentLink;
import dev.culvert.link.DialListener;
import dev.culvert.link.EmbeddedLink;
import dev.culvert.link.Failure;
import dev.culvert.link.LinkObserver;
import dev.culvert.road.TestRoads;
import dev.culvert.transport.AgentAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The states of a reading, with a link on each lane and no sockets; time moves by hand. */
class LiveTurnTest {
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final String RESUME =
            "{\"type\":\"resume\",\"id\":\"t\",\"credit\":65536,\"payload\":{\"after\":%d}}";
    private static final String CANCEL = "{\"type\":\"cancel\",\"id\":\"t\"}";

    private final EmbeddedLink first = link();
    private final EmbeddedLink second = link();
    private final AgentLink firstLink = first.link();
    private final AgentLink secondLink = second.link();
    private final List<String> counted = new ArrayList<>();
    private final TurnObserver observer =
            new TurnObserver() {
                @Override
                public void onCancelled(CancelCause cause) {
                    counted.add("cancelled: " + cause);
                }

                @Override
                public void onResumed(boolean byClient) {
                    counted.add(byClient ? "resumed by client" : "resumed after loss");
                }

                @Override
                public void onStopped(CancelCause cause, long nanos) {
                    counted.add("stopped");
                }
            };
    private final LiveTurns live = new LiveTurns();
    private final PastTurns past = new PastTurns(() -> TurnSettings.DEFAULTS, System::nanoTime);
    private final Agent agent;
    private int dials;
    private boolean reachable = true;

    /** Dials that the test ends itself; null where they end at once. */
    private @Nullable List<DialListener> pending;

    private final TurnNeeds needs =
            new TurnNeeds(
                    _ -> true,
                    live,
                    past,
                    new GoingOn(),
                    new WatchedTurns(live),
                    () -> DaemonSettings.DEFAULTS,
                    new ExchangeOpener(() -> TimeoutSettings.DEFAULTS),
                    observer);

    private static EmbeddedLink link() {
        return new EmbeddedLink(EmbeddedLink.UNWATCHED, LinkObserver.NONE);
    }

    LiveTurnTest() throws IOException {
        Fleet fleet =
                new Fleet(
                        DesiredStore.NONE,
                        () -> FleetSettings.DEFAULTS,
                        new TestRoads(first.channel().eventLoop(), (_, listener) -> dial(listener))
                                ::to);
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
        if (pending != null) {
            pending.add(listener);
        } else if (!reachable) {
            listener.onFailure(new Failure.Unreachable("nobody listens"));
        } else {
            listener.onLink(dials == 1 ? firstLink : secondLink);
        }
    }

    @AfterEach
    void close() {
        live.forEach(LiveTurn::cut);
        first.close();
        second.close();
    }

    /** What a client was told, a word each. */
    private static final class Client implements TurnListener {
        private final List<String> told = new ArrayList<>();
        private int toldToGoOn;

        @Override
        public void onChunk(Frame chunk, long number) {
            told.add("chunk " + number);
        }

        @Override
        public void onGoesOn() {
            toldToGoOn++;
        }

        @Override
        public void onDone(long number) {
            told.add("done " + number);
        }

        @Override
        public void onFailure(Failure failure) {
            told.add(failure.code());
        }

        @Override
        public void onCut() {
            told.add("cut");
        }
    }

    private void announce() {
        announce(first);
        announce(second);
    }

    private static void announce(EmbeddedLink link) {
        link.receive(
                "heartbeat",
                "",
                "{\"instance\":\"i1\",\"features\":[\"credit\",\"cancel\",\"resume\"]}");
    }

    /** Begins the turn {@code t}, or joins it. */
    private LiveTurn ask(Client client) {
        ByteBuf message = Unpooled.copiedBuffer("{}", UTF_8);
        return enter(
                new LiveTurn(needs, first.channel().eventLoop(), request(), message, 0, client));
    }

    private LiveTurn comeBack(Client client, long after) {
        return enter(
                new LiveTurn(needs, first.channel().eventLoop(), request(), null, after, client));
    }

    private TurnRequest request() {
        return new TurnRequest("t", agent, true, 0, "r1", null);
    }

    private LiveTurn enter(LiveTurn turn) {
        LiveTurn before = live.enter(turn);
        if (before == null) {
            turn.start();
        } else {
            turn.startAfter(before);
        }
        return turn;
    }

    private static void chunk(EmbeddedLink link, long seq, boolean done) {
        link.receive("chunk", "t", seq, "{\"content\":\"c\",\"done\":" + done + "}");
    }

    private static void error(EmbeddedLink link, String code) {
        link.receive("error", "t", "{\"code\":\"" + code + "\",\"message\":\"m\"}");
    }

    private void pass(Duration time) {
        first.channel().advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS);
        first.channel().runScheduledPendingTasks();
    }

    @Test
    void waitsForAnAnnouncementAndIsThenRead() {
        Client client = new Client();
        ask(client);
        assertThat(first.sent()).isEmpty();

        announce();
        assertThat(first.sent()).contains("\"type\":\"message\"");
        chunk(first, 1, false);
        chunk(first, 2, true);

        assertThat(client.told).containsExactly("chunk 1", "chunk 2", "done 3");
        assertThat(live.count()).isZero();
        assertThat(agent.turns()).isZero();
    }

    @Test
    void whoTakesItOverReadsOnTheSecondLaneAndTheOneBeforeIsTold() {
        announce();
        Client before = new Client();
        ask(before);
        assertThat(first.sent()).contains("\"type\":\"message\"");
        chunk(first, 1, false);

        Client after = new Client();
        comeBack(after, 1);
        assertThat(second.sent()).isEqualTo(RESUME.formatted(1));
        assertThat(first.sent()).isEmpty();
        error(first, "taken_over");
        chunk(second, 2, true);

        assertThat(before.told).containsExactly("chunk 1", "taken_over");
        assertThat(after.told).containsExactly("chunk 2", "done 3");
        assertThat(live.count()).isZero();
    }

    @Test
    void oneTooManyAtOnceWaitsUntilTheAgentHasDismissedTheEldest() {
        announce();
        Client[] clients = {new Client(), new Client(), new Client()};
        ask(clients[0]);
        comeBack(clients[1], 0);
        comeBack(clients[2], 0);
        assertThat(first.sent()).contains("\"type\":\"message\"");
        assertThat(second.sent()).contains("\"type\":\"message\"");
        pass(Duration.ofMillis(100));
        assertThat(first.sent()).isEmpty();
        assertThat(second.sent()).isEmpty();

        error(first, "taken_over");
        pass(Duration.ofMillis(250));

        assertThat(first.sent()).contains("\"type\":\"message\"");
        error(second, "taken_over");
        chunk(first, 1, true);
        assertThat(clients[0].told).containsExactly("taken_over");
        assertThat(clients[1].told).containsExactly("taken_over");
        assertThat(clients[2].told).containsExactly("chunk 1", "done 2");
    }

    @Test
    void aRefusalThatIsFollowedByAnotherTryDoesNotLoseTheExchangeOfThat() {
        announce(second);
        firstLink.close("dead before it is asked");
        Client client = new Client();
        LiveTurn turn =
                new LiveTurn(
                        needs,
                        first.channel().eventLoop(),
                        new TurnRequest("t", agent, false, 0, "", null),
                        Unpooled.copiedBuffer("{}", UTF_8),
                        0,
                        client);
        enter(turn);
        assertThat(second.sent()).contains("\"type\":\"message\"");

        turn.cancel(CancelCause.DELETED);

        assertThat(second.sent()).isEqualTo(CANCEL);
        error(second, "cancelled");
        assertThat(client.told).containsExactly("cancelled");
    }

    @Test
    void aTurnIsStoppedOnceItsClientIsGoneForTheGrace() {
        announce();
        Client client = new Client();
        LiveTurn turn = ask(client);
        first.sent();
        chunk(first, 1, false);

        turn.clientGone(GRACE);
        pass(GRACE.minusMillis(1));
        assertThat(first.sent()).isEmpty();
        pass(Duration.ofMillis(1));

        assertThat(first.sent()).isEqualTo(CANCEL);
        error(first, "cancelled");
        assertThat(client.told).containsExactly("chunk 1");
        assertThat(live.count()).isZero();
    }

    private static void approval(EmbeddedLink link, long seq) {
        link.receive("approval", "t", seq, "{\"call_id\":\"c1\"}");
    }

    @Test
    void aTurnThatWaitsForAnApprovalGoesOnWithoutItsClient() {
        announce();
        Client client = new Client();
        LiveTurn turn = ask(client);
        first.sent();
        approval(first, 1);

        turn.clientGone(GRACE);
        pass(GRACE.multipliedBy(2));

        assertThat(first.sent()).isEmpty();
        assertThat(turn.goesOn()).isTrue();
        chunk(first, 2, true);
        assertThat(live.count()).isZero();
    }

    @Test
    void whoeverReadsATurnIsToldOnceThatItGoesOnFromNowOn() {
        announce();
        Client client = new Client();
        ask(client);
        first.sent();
        chunk(first, 1, false);
        assertThat(client.toldToGoOn).isZero();

        approval(first, 2);
        approval(first, 3);

        assertThat(client.toldToGoOn).isOne();
    }

    @Test
    void aTurnWhoseClientHasJustLeftGoesOnIfItWaitsForAnApproval() {
        announce();
        LiveTurn turn = ask(new Client());
        first.sent();
        turn.clientGone(GRACE);

        approval(first, 1);
        pass(GRACE.multipliedBy(2));

        assertThat(first.sent()).isEmpty();
        turn.cancel(CancelCause.DELETED);
        assertThat(first.sent()).isEqualTo(CANCEL);
        error(first, "cancelled");
        assertThat(live.count()).isZero();
    }

    @Test
    void whoComesBackAfterTheApprovalIsNotToldItAgainAndMayLeave() {
        announce();
        Client client = new Client();
        LiveTurn turn = comeBack(client, 3);
        assertThat(first.sent()).isEqualTo(RESUME.formatted(3));
        approval(first, 3);

        turn.clientGone(GRACE);
        pass(GRACE.multipliedBy(2));

        assertThat(first.sent()).isEmpty();
        assertThat(client.told).isEmpty();
    }

    @Test
    void whoComesBackAfterTheApprovalReadsWhatFollows() {
        announce();
        Client client = new Client();
        comeBack(client, 3);
        first.sent();

        approval(first, 3);
        chunk(first, 4, true);

        assertThat(client.told).containsExactly("chunk 4", "done 5");
    }

    @Test
    void anAgentThatKeptItsTurnsOverARestartIsAskedForThemAndNeverSentTheMessage() {
        announce(first);
        Client client = new Client();
        ask(client);
        assertThat(first.sent()).contains("\"type\":\"message\"");

        second.receive(
                "heartbeat",
                "",
                "{\"instance\":\"i2\",\"kept\":[\"i1\"],\"features\":[\"credit\",\"resume\"]}");
        firstLink.close("killed");

        assertThat(second.sent()).isEqualTo(RESUME.formatted(0));
        chunk(second, 1, true);
        assertThat(client.told).containsExactly("chunk 1", "done 2");
    }

    @Test
    void aTurnWhoseGraceIsOverGoesOnForWhoCameAndIsStoppedWhenThatOneFails() {
        announce();
        LiveTurn turn = ask(new Client());
        first.sent();
        Client other = new Client();
        comeBack(other, 0);
        second.sent();

        turn.clientGone(GRACE);
        pass(GRACE);
        assertThat(first.sent()).isEmpty();
        error(second, "log_truncated");

        assertThat(other.told).containsExactly("log_truncated");
        assertThat(first.sent()).isEqualTo(CANCEL);
        error(first, "cancelled");
        assertThat(live.count()).isZero();
    }

    @Test
    void whoLeavesBeforeTheAgentIsAskedChangesNothing() {
        announce(first);
        Client before = new Client();
        ask(before);
        first.sent();
        LiveTurn other = comeBack(new Client(), 1);

        other.clientGone(Duration.ZERO);
        announce(second);

        assertThat(second.sent()).isEmpty();
        chunk(first, 1, true);
        assertThat(before.told).containsExactly("chunk 1", "done 2");
        assertThat(live.count()).isZero();
    }

    @Test
    void whoWasPassedDoesNotTakeTheTurnBackWhenItsLinkIsLost() {
        announce();
        Client before = new Client();
        ask(before);
        first.sent();
        Client after = new Client();
        comeBack(after, 0);
        second.sent();
        chunk(second, 1, false);
        assertThat(before.told).containsExactly("taken_over");
        int soFar = dials;

        firstLink.close("lost before the agent's word came");

        assertThat(dials).isEqualTo(soFar);
        chunk(second, 2, true);
        assertThat(after.told).containsExactly("chunk 1", "chunk 2", "done 3");
        assertThat(live.count()).isZero();
    }

    @Test
    void aReaderThatTheAgentNeverDismissesIsGivenUpAfterTheGrace() {
        announce();
        ask(new Client());
        first.sent();
        comeBack(new Client(), 0);
        second.sent();
        chunk(second, 1, true);
        assertThat(live.count()).isEqualTo(1);

        pass(GRACE);

        assertThat(first.sent()).as("which touches nothing that others read").isEqualTo(CANCEL);
    }

    @Test
    void whoCameLastAsksOnceMoreWhereAnEarlierRequestOvertookIt() {
        announce();
        Client before = new Client();
        ask(before);
        first.sent();
        Client after = new Client();
        comeBack(after, 1);
        assertThat(second.sent()).isEqualTo(RESUME.formatted(1));

        error(second, "taken_over");
        assertThat(second.sent()).isEqualTo(RESUME.formatted(1));
        error(second, "taken_over");

        assertThat(second.sent()).isEmpty();
        assertThat(after.told).containsExactly("taken_over");
    }

    @Test
    void goesOnAfterTheLossOfItsLink() {
        announce();
        Client client = new Client();
        ask(client);
        first.sent();
        chunk(first, 1, false);
        assertThat(live.count()).isEqualTo(1);

        reachable = false;
        firstLink.close("reset");
        pass(Duration.ofSeconds(1));
        assertThat(client.told).containsExactly("chunk 1");
        assertThat(dials).isGreaterThan(1);
    }

    @Test
    void aDeletionIsToldHowItEnded() {
        announce();
        Client client = new Client();
        LiveTurn turn = ask(client);
        first.sent();
        List<@Nullable Failure> told = new ArrayList<>();

        turn.delete(told::add);
        assertThat(first.sent()).isEqualTo(CANCEL);
        assertThat(told).isEmpty();
        error(first, "cancelled");
        turn.delete(told::add);

        assertThat(told).hasSize(2).allMatch(it -> Endings.isEndOfTurn(it));
        assertThat(client.told).containsExactly("cancelled");
    }

    @Test
    void allReadersOfATurnAreCut() {
        announce();
        Client before = new Client();
        ask(before);
        Client after = new Client();
        comeBack(after, 0);

        live.forEach(LiveTurn::cut);

        assertThat(before.told).containsExactly("cut");
        assertThat(after.told).containsExactly("cut");
        assertThat(live.count()).isZero();
        assertThat(agent.turns()).isZero();
    }

    @Test
    void whoEndsIsForgottenWhateverTheOrder() {
        announce();
        LiveTurn oldest = ask(new Client());
        LiveTurn middle = comeBack(new Client(), 0);
        LiveTurn newest = comeBack(new Client(), 0);
        assertThat(live.last("t")).isSameAs(newest);

        middle.cut();
        assertThat(live.last("t")).isSameAs(newest);
        assertThat(newest.before).isSameAs(oldest);
        newest.cut();
        assertThat(live.last("t")).isSameAs(oldest);
        oldest.cut();
        assertThat(live.last("t")).isNull();
    }

    /** Begins a turn that nobody can repeat. */
    private LiveTurn askOnce(Client client) {
        return enter(
                new LiveTurn(
                        needs,
                        first.channel().eventLoop(),
                        new TurnRequest("t", agent, false, 0, "r1", null),
                        Unpooled.copiedBuffer("{}", UTF_8),
                        0,
                        client));
    }

    @Test
    void aTurnThatNobodyCanRepeatTakesAnyLinkThatIsOpen() {
        Client client = new Client();
        askOnce(client);

        assertThat(first.sent()).contains("\"type\":\"message\"");
        chunk(first, 1, true);
        assertThat(client.told).containsExactly("chunk 1", "done 2");
        assertThat(live.count()).isZero();
    }

    @Test
    void aTurnThatNobodyCanRepeatFailsWithItsDial() {
        reachable = false;
        Client client = new Client();

        askOnce(client);

        assertThat(client.told).containsExactly("unreachable");
        assertThat(live.count()).isZero();
        assertThat(agent.turns()).isZero();
    }

    @Test
    void nothingIsAskedOverALinkThatComesAfterTheClientHasGone() {
        List<DialListener> dialled = new ArrayList<>();
        pending = dialled;
        LiveTurn turn = askOnce(new Client());
        turn.clientGone(GRACE);
        assertThat(live.count()).isZero();

        dialled.getFirst().onLink(firstLink);

        assertThat(first.sent()).isEmpty();
    }

    @Test
    void aTurnThatIsCancelledBeforeItWasAskedWasNotBegun() {
        Client client = new Client();
        LiveTurn turn = ask(client);

        turn.cancel(CancelCause.DELETED);
        announce();

        assertThat(client.told).containsExactly("cancelled");
        assertThat(first.sent()).isEmpty();
        assertThat(counted).containsExactly("cancelled: DELETED");
    }

    @Test
    void aTurnOfAnAgentThatNeverSaysWhatItIsIsGivenUp() {
        Client client = new Client();
        ask(client);

        pass(DaemonSettings.DEFAULTS.timeouts().message());

        assertThat(client.told).containsExactly("link_lost");
        assertThat(live.count()).isZero();
    }

    @Test
    void readsOnOverTheNextLinkAfterALoss() {
        announce();
        Client client = new Client();
        ask(client);
        first.sent();
        chunk(first, 1, false);

        firstLink.close("reset");
        assertThat(second.sent()).isEqualTo(RESUME.formatted(1).replace("65536", "65508"));
        chunk(second, 2, true);

        assertThat(client.told).containsExactly("chunk 1", "chunk 2", "done 3");
        assertThat(counted).containsExactly("resumed after loss");
        assertThat(live.count()).isZero();
    }

    @Test
    void aTurnOfAnAgentThatWasRestartedIsLost() {
        announce(first);
        second.receive("heartbeat", "", "{\"instance\":\"i2\",\"features\":[\"resume\"]}");
        Client client = new Client();
        ask(client);
        first.sent();
        chunk(first, 1, false);

        firstLink.close("reset");

        assertThat(second.sent()).isEmpty();
        assertThat(client.told).containsExactly("chunk 1", "link_lost");
    }

    @Test
    void aTurnThatIsCancelledWithoutALinkIsStoppedOverTheNext() {
        announce(first);
        Client client = new Client();
        LiveTurn turn = ask(client);
        first.sent();
        chunk(first, 1, false);
        firstLink.close("reset");

        turn.cancel(CancelCause.DELETED);
        assertThat(client.told).containsExactly("chunk 1");
        announce(second);

        assertThat(second.sent())
                .containsSubsequence(CANCEL, RESUME.formatted(1).replace("65536", "0"), CANCEL);
        error(second, "cancelled");
        assertThat(client.told).containsExactly("chunk 1", "cancelled");
        assertThat(counted).containsExactly("cancelled: DELETED", "resumed after loss", "stopped");
    }

    @Test
    void aClientThatLeavesWhileItsTurnStopsIsToldNothing() {
        announce();
        Client client = new Client();
        LiveTurn turn = ask(client);
        first.sent();
        turn.cancel(CancelCause.SLOW_CONSUMER);

        turn.clientGone(GRACE);
        error(first, "cancelled");

        assertThat(client.told).isEmpty();
        assertThat(live.count()).isZero();
    }

    @Test
    void aTurnThatIsCancelledInTheGraceIsStoppedOnce() {
        announce();
        LiveTurn turn = ask(new Client());
        first.sent();
        turn.clientGone(GRACE);

        turn.cancel(CancelCause.DELETED);
        assertThat(first.sent()).isEqualTo(CANCEL);
        pass(GRACE);

        assertThat(first.sent()).isEmpty();
        assertThat(counted).containsExactly("cancelled: DELETED");
    }

    @Test
    void anAgentThatCannotStopIsLeftToItself() {
        first.receive("heartbeat", "", "{\"instance\":\"i1\",\"features\":[]}");
        Client client = new Client();
        LiveTurn turn = askOnce(client);
        first.sent();

        turn.cancel(CancelCause.DELETED);

        assertThat(client.told).containsExactly("cannot_cancel");
        assertThat(live.count()).isZero();
    }
}
