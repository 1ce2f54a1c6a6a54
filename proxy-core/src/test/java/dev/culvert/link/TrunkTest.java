package dev.culvert.link;

import static dev.culvert.link.EmbeddedLink.A_MINUTE;
import static dev.culvert.link.EmbeddedLink.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameLimits;
import dev.culvert.frame.FrameType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One connection that an agent opened, and the links of two event loops that go over it. */
class TrunkTest {
    private final CountingObserver observer = new CountingObserver();
    private final EmbeddedTrunk agent = new EmbeddedTrunk(EmbeddedLink.UNWATCHED, observer);
    private final AgentLink own = agent.link(agent.ownLoop(), Lane.FIRST);
    private final AgentLink other = agent.link(agent.otherLoop(), Lane.FIRST);
    private final ScriptedListener listener = new ScriptedListener();
    private final ScriptedListener later = new ScriptedListener();

    @AfterEach
    void close() {
        agent.close();
    }

    private static String payload(long seq, boolean done) {
        return "{\"content\":\"" + seq + "\",\"done\":" + done + "}";
    }

    @Test
    void eachLoopAndLaneHasItsLinkAndKeepsIt() {
        assertThat(agent.link(agent.ownLoop(), Lane.FIRST)).isSameAs(own);
        assertThat(agent.link(agent.otherLoop(), Lane.FIRST)).isSameAs(other).isNotSameAs(own);
        assertThat(agent.link(agent.ownLoop(), Lane.SECOND)).isNotIn(own, other);
        assertThat(other.eventLoop()).isSameAs(agent.otherLoop());
        assertThat(observer.lines()).containsOnlyOnce("link opened");
    }

    @Test
    void aRequestOfAnotherLoopIsAnsweredThere() {
        other.open(message("t", "{}"), listener, A_MINUTE);

        assertThat(agent.sent()).isEqualTo("{\"type\":\"message\",\"id\":\"t\",\"payload\":{}}");
        agent.chunk("t", 1, false);
        agent.chunk("t", 2, true);

        assertThat(listener.replies()).containsExactly(payload(1, false), payload(2, true));
        assertThat(listener.ends()).containsExactly("done");
    }

    @Test
    void requestsOfBothLoopsKeepApart() {
        own.open(message("mine", "{}"), listener, A_MINUTE);
        other.open(message("theirs", "{}"), later, A_MINUTE);
        agent.run();

        agent.chunk("theirs", 1, true);
        assertThat(listener.ends()).isEmpty();
        assertThat(later.ends()).containsExactly("done");

        agent.chunk("mine", 1, true);
        assertThat(listener.ends()).containsExactly("done");
    }

    @Test
    void whatTheAgentAsksComesToTheLoopThatServesItAndTheAnswerGoesBack() {
        List<String> served = new ArrayList<>();
        other.serveWith(request -> served.add(request.type() + " " + request.id()));
        other.open(message("same", "{}"), listener, A_MINUTE);
        agent.sent();

        agent.receive("publish", "", "{}");
        agent.receive("request", "same", "{}");
        assertThat(served).containsExactly("PUBLISH ", "REQUEST same");
        other.answer(EmbeddedLink.frame(FrameType.REPLY, "same", "{\"data\":1}"));
        own.answer(EmbeddedLink.frame(FrameType.ERROR, "same", "{}"));

        assertThat(agent.sent()).isEqualTo("{\"type\":\"error\",\"id\":\"same\",\"payload\":{}}");
        assertThat(agent.sent())
                .isEqualTo("{\"type\":\"reply\",\"id\":\"same\",\"payload\":{\"data\":1}}");
        agent.chunk("same", 1, true);
        assertThat(listener.ends()).containsExactly("done");
    }

    @Test
    void whatTheAgentFollowsComesFromTheLoopThatServesIt() {
        List<String> served = new ArrayList<>();
        List<String> told = new ArrayList<>();
        other.serveWith(request -> served.add(request.type() + " " + request.id()));
        own.open(message("s", "{}"), listener, A_MINUTE);
        agent.sent();

        agent.receive("subscribe", "s", "{}");
        assertThat(served).containsExactly("SUBSCRIBE s");
        other.answer(EmbeddedLink.frame(FrameType.PUBLISH, "s", "{}"), () -> told.add("sent"));

        assertThat(agent.sent()).isEqualTo("{\"type\":\"publish\",\"id\":\"s\",\"payload\":{}}");
        assertThat(told).containsExactly("sent");
        agent.chunk("s", 1, true);
        assertThat(listener.ends()).containsExactly("done");
    }

    @Test
    void aReplyComesToTheLoopThatAsked() {
        other.open(EmbeddedLink.frame(FrameType.REQUEST, "r", "{}"), listener, A_MINUTE);
        assertThat(agent.sent()).contains("\"type\":\"request\"");

        agent.receive("reply", "r", "{\"data\":1}");

        assertThat(listener.replies()).containsExactly("{\"data\":1}");
        assertThat(listener.ends()).containsExactly("done");
    }

    @Test
    void everyLinkHearsWhatTheAgentAnnounces() {
        agent.announce("credit", "resume");

        assertThat(own.can(Feature.RESUME)).isTrue();
        assertThat(other.can(Feature.RESUME)).isTrue();
        AgentLink second = agent.link(agent.otherLoop(), Lane.SECOND);
        assertThat(second.isAnnounced()).isTrue();
        assertThat(second.can(Feature.CREDIT)).isTrue();
    }

    @Test
    void creditOfAnotherLoopReachesTheAgent() {
        agent.announce("credit");
        Exchange exchange =
                other.open(
                        Frame.request(
                                FrameType.MESSAGE, "t", 10, null, message("t", "{}").payload()),
                        listener,
                        A_MINUTE);
        assertThat(agent.sent()).contains("\"credit\":10");

        exchange.grant(32);

        assertThat(agent.sent())
                .isEqualTo("{\"type\":\"credit\",\"id\":\"t\",\"payload\":{\"bytes\":32}}");
    }

    @Test
    void aTurnThatAnotherLoopTakesOverEndsForTheFirst() {
        agent.announce("cancel", "resume");
        own.open(message("t", "{}"), listener, A_MINUTE);
        agent.chunk("t", 1, false);

        other.resume("t", 1, 64, later, A_MINUTE);
        agent.run();
        agent.chunk("t", 2, true);

        assertThat(((Failure.AgentError) listener.failure()).code()).isEqualTo("taken_over");
        assertThat(later.replies()).containsExactly(payload(2, true));
        assertThat(later.ends()).containsExactly("done");
    }

    @Test
    void theOwnLoopTakesATurnBack() {
        agent.announce("cancel", "resume");
        other.open(message("t", "{}"), listener, A_MINUTE);
        agent.run();
        agent.chunk("t", 1, false);

        own.resume("t", 1, 64, later, A_MINUTE);
        agent.run();
        agent.chunk("t", 2, true);

        assertThat(((Failure.AgentError) listener.failure()).code()).isEqualTo("taken_over");
        assertThat(later.ends()).containsExactly("done");
    }

    @Test
    void whatWasOnItsWayToTheFirstReaderDoesNotEndTheSecond() {
        agent.announce("cancel", "resume");
        own.open(message("t", "{}"), listener, A_MINUTE);
        agent.chunk("t", 1, false);
        other.resume("t", 1, 64, later, A_MINUTE);
        agent.run();

        agent.chunk("t", 9, true); // sent before the agent read the resume
        agent.chunk("t", 2, false);
        agent.chunk("t", 3, true);

        assertThat(later.replies()).containsExactly(payload(2, false), payload(3, true));
        assertThat(later.ends()).containsExactly("done");
    }

    @Test
    void aReaderThatWasTakenOverCannotCancelTheTurn() {
        agent.announce("cancel", "resume");
        other.open(message("t", "{}"), listener, A_MINUTE);
        agent.sent();
        own.resume("t", 0, 64, later, A_MINUTE);
        agent.sent();

        other.cancelUnread("t");

        assertThat(agent.sent()).isEmpty();
        own.cancelUnread("t");
        assertThat(agent.sent()).isEqualTo("{\"type\":\"cancel\",\"id\":\"t\"}");
    }

    @Test
    void afterItsLastFrameTheExchangesOfAllLoopsEndForThatReason() {
        agent.announce("cancel");
        own.open(message("mine", "{}"), listener, A_MINUTE);
        agent.sent();
        other.open(message("theirs", "{}"), later, A_MINUTE);
        agent.sent();

        Trunks.close(own.channel(), EmbeddedLink.frame(FrameType.REFUSED, "", "{}"), "it was so");
        agent.run();

        assertThat(agent.sent()).isEqualTo("{\"type\":\"refused\",\"id\":\"\",\"payload\":{}}");
        assertThat(listener.failure()).isEqualTo(new Failure.LinkLost("it was so"));
        assertThat(later.failure()).isEqualTo(new Failure.LinkLost("it was so"));
        assertThat(own.isOpen()).isFalse();
    }

    @Test
    void aLostConnectionEndsTheExchangesOfAllLoops() {
        agent.announce("cancel");
        own.open(message("mine", "{}"), listener, A_MINUTE);
        other.open(message("theirs", "{}"), later, A_MINUTE);
        agent.run();

        agent.trunk().close("the agent was removed");
        agent.run();

        assertThat(listener.failure()).isEqualTo(new Failure.LinkLost("the agent was removed"));
        assertThat(later.failure()).isEqualTo(new Failure.LinkLost("the agent was removed"));
        assertThat(agent.trunk().isOpen()).isFalse();
        assertThat(observer.lines()).containsOnlyOnce("link closed: the agent was removed");
    }

    @Test
    void aBranchThatIsClosedClosesTheConnection() {
        other.close("nobody answers");
        agent.run();

        assertThat(own.isOpen()).isFalse();
        assertThat(own.closeReason()).isEqualTo("nobody answers");
    }

    @Test
    void aReplyToNothingClosesTheConnectionAndALateOneDoesNot() {
        other.open(message("t", "{}"), listener, A_MINUTE);
        agent.run();
        agent.chunk("t", 1, true);
        agent.chunk("t", 1, true);
        assertThat(observer.lines()).contains("late chunk");
        assertThat(agent.trunk().isOpen()).isTrue();

        agent.chunk("never", 1, true);

        assertThat(agent.trunk().isOpen()).isFalse();
        assertThat(agent.trunk().closeReason()).contains("'never', which was never issued");
    }

    @Test
    void anAgentThatDoesNotReadMakesEveryLinkOverloaded() {
        LinkLimits small =
                new LinkLimits(
                        FrameLimits.DEFAULTS,
                        4_096,
                        1_024,
                        Duration.ofDays(1),
                        Duration.ofDays(1),
                        100,
                        1 << 20);
        try (EmbeddedTrunk deaf = new EmbeddedTrunk(small, LinkObserver.NONE)) {
            AgentLink branch = deaf.link(deaf.otherLoop(), Lane.FIRST);
            deaf.channel().unsafe().outboundBuffer().setUserDefinedWritability(1, false);

            branch.open(message("large", "\"" + "x".repeat(2_000) + "\""), later, A_MINUTE);
            deaf.run();
            branch.open(message("next", "{}"), listener, A_MINUTE);
            assertThat(listener.failure()).isInstanceOf(Failure.Overloaded.class);
            assertThat(deaf.sent()).isEmpty();

            deaf.channel().unsafe().outboundBuffer().setUserDefinedWritability(1, true);
            deaf.run();
            assertThat(deaf.sent()).contains("\"large\"");
        }
    }

    @Test
    void aSilentAgentIsFoundOutAndOneThatAnswersIsNot() {
        LinkLimits watched =
                new LinkLimits(
                        FrameLimits.DEFAULTS,
                        4_096,
                        1 << 20,
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(10),
                        100,
                        1 << 20);
        try (EmbeddedTrunk silent = new EmbeddedTrunk(watched, LinkObserver.NONE)) {
            silent.announce("cancel");
            AgentLink branch = silent.link(silent.otherLoop(), Lane.FIRST);
            branch.open(message("t", "{}"), listener, A_MINUTE);
            assertThat(silent.sent()).contains("\"message\"");

            silent.advance(21_000);
            assertThat(silent.sent()).contains("\"ping\"");
            silent.receive("pong", SilenceWatch.PING_ID, "{}");
            silent.advance(11_000);
            assertThat(branch.isOpen()).isTrue();

            silent.advance(20_000);
            assertThat(branch.isOpen()).isFalse();
            assertThat(silent.trunk().closeReason()).contains("did not answer a ping");
        }
    }
}
