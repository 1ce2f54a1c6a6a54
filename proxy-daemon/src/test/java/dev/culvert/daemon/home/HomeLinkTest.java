package dev.culvert.daemon.home;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.fleet.AgentState;
import dev.culvert.daemon.fleet.Enrolled;
import dev.culvert.link.AgentLink;
import dev.culvert.link.BasePeer;
import dev.culvert.link.EmbeddedLink;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** From dial to dial, with time that moves by hand; waits are the longest that may be drawn. */
class HomeLinkTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final HomeFixture fixture = new HomeFixture(null);

    HomeLinkTest() throws IOException {}

    @AfterEach
    void close() {
        fixture.close();
    }

    private AgentState state() {
        return fixture.agent.presence().state();
    }

    @Test
    void dialsAtOnceAndTheAgentIsReadyWhenItAnswers() {
        fixture.begin();
        assertThat(fixture.dialled()).isOne();

        EmbeddedLink link = fixture.accept();
        assertThat(state()).isEqualTo(AgentState.CONNECTING);
        HomeFixture.answerPing(link);

        assertThat(state()).isEqualTo(AgentState.READY);
        assertThat(fixture.told).containsExactly("ready");
    }

    @Test
    void thatTheAgentIsBusyIsToldAtOnceAndFromThenOnOnceASecond() {
        fixture.begin();
        fixture.acceptAndAnswer();
        fixture.pass(SECOND);

        fixture.agent.turnBegan();
        fixture.pass(Duration.ofMillis(1));
        assertThat(fixture.toldBusy).containsExactly(true);

        fixture.agent.turnEnded(true, 1);
        for (int i = 0; i < 100; i++) {
            fixture.agent.turnBegan();
            fixture.agent.turnEnded(true, 1);
        }
        fixture.pass(Duration.ofMillis(900));
        assertThat(fixture.toldBusy).containsExactly(true);
        fixture.pass(Duration.ofMillis(100));
        assertThat(fixture.toldBusy).containsExactly(true, false);

        fixture.agent.turnBegan();
        fixture.agent.turnEnded(true, 1);
        fixture.pass(Duration.ofSeconds(2));
        assertThat(fixture.toldBusy).containsExactly(true, false); // it is as it was told
    }

    @Test
    void aTurnThatAHeartbeatCountedBeforeItEndedMakesNobodyBusy() {
        fixture.begin();
        EmbeddedLink link = fixture.acceptAndAnswer();
        fixture.agent.turnBegan();
        link.receive("heartbeat", "", "{\"status\":\"running\",\"in_flight\":1}");
        assertThat(fixture.agent.isBusy()).isTrue();

        fixture.agent.turnEnded(true, 1);

        assertThat(fixture.agent.isBusy()).isFalse();
    }

    private EmbeddedLink linkedWhileQuiesced() {
        fixture.begin();
        EmbeddedLink link = fixture.accept();
        link.receive(
                "heartbeat",
                "",
                "{\"status\":\"quiesced\",\"protocol\":\"1.1\",\"features\":[\"quiesce\"],\"in_flight\":2}");
        HomeFixture.answerPing(link);
        return link;
    }

    @Test
    void anAgentThatIsQuiescedForSomebodyElseStaysSo() {
        EmbeddedLink link = linkedWhileQuiesced();

        assertThat(link.sent()).isEmpty();
        assertThat(state()).isEqualTo(AgentState.QUIESCED);
        fixture.pass(SECOND);
        assertThat(fixture.told).containsExactly("quiesced"); // and never ready before
        link.receive("heartbeat", "", "{\"status\":\"running\",\"features\":[\"quiesce\"]}");
        assertThat(state()).isEqualTo(AgentState.READY);
    }

    @Test
    void aCopyOfAnAgentThatWasQuiescedGoesOn() {
        Instant now = Instant.now();
        fixture.agent.enrolled(new Enrolled(now, "k", now, 7, null, "", "parent", Map.of()));

        EmbeddedLink link = linkedWhileQuiesced();

        String end = link.sent();
        assertThat(end).contains("\"type\":\"quiesce\"", "{\"on\":false}");
        link.receive("quiesced", BasePeer.text(end, "id"), "{\"on\":false,\"turns\":2}");
        assertThat(state()).isEqualTo(AgentState.READY);
    }

    @Test
    void aHeartbeatAloneProvesNothing() {
        fixture.begin();
        EmbeddedLink link = fixture.accept();

        link.announce("credit");

        assertThat(state()).isEqualTo(AgentState.CONNECTING);
        HomeFixture.answerPing(link);
        assertThat(state()).isEqualTo(AgentState.READY);
    }

    @Test
    void aDialThatFailsIsTriedAgainAtOnceAndThenEverLater() {
        fixture.begin();

        fixture.refuse();
        assertThat(state()).isEqualTo(AgentState.UNREACHABLE);
        assertThat(fixture.agent.presence().lastError()).isEqualTo("nobody listens");
        fixture.pass(Duration.ofMillis(1));
        assertThat(fixture.dialled()).isEqualTo(2);

        fixture.refuse();
        fixture.pass(Duration.ofMillis(900));
        assertThat(fixture.dialled()).isEqualTo(2);
        fixture.pass(Duration.ofMillis(100));
        assertThat(fixture.dialled()).isEqualTo(3);

        fixture.refuse();
        fixture.pass(Duration.ofMillis(1_900));
        assertThat(fixture.dialled()).isEqualTo(3);
        fixture.pass(Duration.ofMillis(100));
        assertThat(fixture.dialled()).isEqualTo(4);
    }

    @Test
    void aLinkThatWorkedForAWhileIsDialledAgainAtOnceWhenItIsLost() {
        fixture.begin();
        for (int i = 0; i < 3; i++) {
            EmbeddedLink link = fixture.acceptAndAnswer();
            fixture.pass(SECOND);

            link.close();

            assertThat(state()).isEqualTo(AgentState.UNREACHABLE);
            fixture.pass(Duration.ofMillis(1));
            assertThat(fixture.dialled()).isEqualTo(i + 2);
        }
    }

    @Test
    void aGuestThatAnswersAndClosesIsNotHammered() {
        fixture.begin();
        for (int i = 0; i < 3; i++) {
            fixture.acceptAndAnswer().close();
            fixture.pass(Duration.ofSeconds(i == 0 ? 0 : 1L << (i - 1)));
            fixture.pass(Duration.ofMillis(1));
        }
        int dialled = fixture.dialled();
        fixture.acceptAndAnswer().close();
        fixture.pass(Duration.ofMillis(3_900));

        assertThat(fixture.dialled()).isEqualTo(dialled);
    }

    @Test
    void aNudgeDialsNowButNoSoonerThanTheFirstWait() {
        HomeLink link = fixture.begin();
        fixture.refuse();
        fixture.pass(Duration.ofMillis(1));
        fixture.refuse();
        fixture.pass(SECOND);
        fixture.refuse();
        fixture.pass(Duration.ofSeconds(2));
        fixture.refuse(); // 4 s to the next
        int dialled = fixture.dialled();

        fixture.pass(Duration.ofMillis(900));
        link.nudge();
        assertThat(fixture.dialled()).isEqualTo(dialled);
        fixture.pass(Duration.ofMillis(100));
        link.nudge();
        assertThat(fixture.dialled()).isEqualTo(dialled + 1);

        link.nudge(); // one is under way
        fixture.pass(Duration.ofSeconds(10));
        assertThat(fixture.dialled()).isEqualTo(dialled + 1);
    }

    @Test
    void aLinkThatComesAfterTheStopIsClosed() {
        HomeLink link = fixture.begin();

        link.stop("the agent was removed");
        EmbeddedLink late = fixture.accept();

        assertThat(late.channel().isOpen()).isFalse();
        assertThat(fixture.told).isEmpty();
    }

    @Test
    void aStopClosesTheLinkAndSaysOfNoAgentThatItWasLost() {
        HomeLink link = fixture.begin();
        EmbeddedLink open = fixture.acceptAndAnswer();
        AgentLink opened = open.link();

        link.stop("the daemon is stopping");
        fixture.pass(Duration.ofMinutes(2));

        assertThat(open.channel().isOpen()).isFalse();
        assertThat(opened.closeReason()).isEqualTo("the daemon is stopping");
        assertThat(state()).isEqualTo(AgentState.READY);
        assertThat(fixture.dialled()).isOne();
    }

    @Test
    void aStopWhileItWaitsEndsTheWait() {
        HomeLink link = fixture.begin();
        fixture.refuse();

        link.stop("the agent was removed");
        fixture.pass(Duration.ofMinutes(2));

        assertThat(fixture.dialled()).isOne();
    }

    @Test
    void whatAcceptsButAnswersNoPingIsGivenUp() {
        fixture.begin();
        EmbeddedLink link = fixture.accept();

        fixture.pass(Duration.ofMillis(2_900));
        assertThat(link.channel().isOpen()).isTrue();
        fixture.pass(Duration.ofMillis(300));

        assertThat(link.channel().isOpen()).isFalse();
        assertThat(state()).isEqualTo(AgentState.UNREACHABLE);
        assertThat(fixture.agent.presence().lastError()).contains("3.0 s (timeouts.ping)");
    }

    @Test
    void anAgentThatIsLostBeforeItAnsweredSaysWhatToLookAt() {
        fixture.begin();

        fixture.accept().close();

        assertThat(fixture.agent.presence().lastError()).contains("it never answered a ping");
    }

    @Test
    void aSilentAgentIsAskedAndThenGivenUp() {
        fixture.begin();
        EmbeddedLink link = fixture.acceptAndAnswer();

        fixture.pass(Duration.ofMillis(10_100));
        assertThat(link.sent()).contains("\"type\":\"ping\"");
        fixture.pass(Duration.ofMillis(19_700));
        assertThat(state()).isEqualTo(AgentState.READY);
        fixture.pass(Duration.ofMillis(400));

        assertThat(state()).isEqualTo(AgentState.UNREACHABLE);
        assertThat(fixture.agent.presence().lastError()).contains("it sent nothing for 30.0 s");
    }

    @Test
    void afterAPauseOfThisProcessAnAgentIsAskedBeforeItIsGivenUp() {
        fixture.begin();
        EmbeddedLink link = fixture.acceptAndAnswer();

        fixture.stall(Duration.ofMinutes(10));

        assertThat(state()).isEqualTo(AgentState.READY);
        HomeFixture.answerPing(link);
        fixture.pass(SECOND);
        assertThat(state()).isEqualTo(AgentState.READY);
    }

    @Test
    void anAgentThatBeatsIsNotAsked() {
        fixture.begin();
        EmbeddedLink link = fixture.acceptAndAnswer();

        for (int i = 0; i < 20; i++) {
            fixture.pass(Duration.ofSeconds(9));
            link.announce("credit");
        }

        assertThat(link.sent()).isEmpty();
        assertThat(state()).isEqualTo(AgentState.READY);
    }

    @Test
    void anAgentThatIsShuttingDownIsDraining() {
        fixture.begin();
        EmbeddedLink link = fixture.acceptAndAnswer();

        link.receive("heartbeat", "", "{\"status\":\"draining\"}");

        assertThat(state()).isEqualTo(AgentState.DRAINING);
    }

    @Test
    void changesAreToldAtAPaceThatTheAgentCannotDrive() {
        fixture.begin();
        EmbeddedLink link = fixture.acceptAndAnswer();
        fixture.pass(SECOND);
        for (int i = 0; i < 50; i++) {
            link.receive("heartbeat", "", "{\"status\":\"draining\"}");
            link.receive("heartbeat", "", "{\"status\":\"ready\"}");
        }
        link.receive("heartbeat", "", "{\"status\":\"draining\"}");
        assertThat(fixture.told).containsExactly("ready", "draining");
        assertThat(state()).isEqualTo(AgentState.DRAINING);

        link.receive("heartbeat", "", "{\"status\":\"ready\"}");
        fixture.pass(Duration.ofMillis(300));

        assertThat(fixture.told).containsExactly("ready", "draining", "ready");
    }
}
