package dev.culvert.link;

import static dev.culvert.link.EmbeddedLink.A_MINUTE;
import static dev.culvert.link.EmbeddedLink.message;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SilenceWatchTest {
    private static final Duration TIMEOUT = LinkLimits.DEFAULTS.silenceTimeout();
    private static final Duration DIAL = LinkLimits.DEFAULTS.dialTimeout();
    private static final String PING = "{\"type\":\"ping\",\"id\":\"link-alive\",\"payload\":{}}";

    private final EmbeddedLink agent =
            new EmbeddedLink(LinkLimits.DEFAULTS, new CountingObserver());
    private final AgentLink link = agent.link();
    private final ScriptedListener listener = new ScriptedListener();

    @AfterEach
    void close() {
        agent.close();
    }

    @Test
    void anAgentThatOwesAnAnswerAndIsSilentIsAskedAndThenGivenUp() {
        agent.receive("heartbeat", "", "{}");
        link.open(message("m1", "{}"), listener, A_MINUTE);
        agent.sent();

        agent.advance(TIMEOUT.multipliedBy(2));
        assertThat(agent.sent()).isEqualTo(PING);
        assertThat(listener.ends()).isEmpty();
        agent.advance(TIMEOUT);

        assertThat(listener.failure()).isInstanceOf(Failure.LinkLost.class);
        assertThat(listener.failure().message()).contains("silence_timeout");
    }

    @Test
    void anAgentThatAnswersIsAskedAgainOnlyAfterTheNextSilence() {
        agent.receive("heartbeat", "", "{}");
        link.open(message("m1", "{}"), listener, A_MINUTE);
        agent.sent();
        agent.advance(TIMEOUT.multipliedBy(2));
        assertThat(agent.sent()).isEqualTo(PING);

        agent.receive("pong", SilenceWatch.PING_ID, "{}");
        agent.advance(TIMEOUT);
        assertThat(agent.sent()).isEmpty();
        agent.advance(TIMEOUT);

        assertThat(agent.sent()).isEqualTo(PING);
        assertThat(link.isOpen()).isTrue();
    }

    @Test
    void aLinkOnWhichNothingCameYetIsAskedAndGivenUpWithinTheDialTimeout() {
        link.open(message("m1", "{}"), listener, A_MINUTE);
        agent.sent();

        agent.advance(DIAL.dividedBy(2));
        assertThat(agent.sent()).isEqualTo(PING);
        assertThat(listener.ends()).isEmpty();
        agent.advance(DIAL.dividedBy(2));

        assertThat(listener.failure()).isInstanceOf(Failure.Unreachable.class);
        assertThat(listener.failure().message()).contains("3.0 s", "dial_timeout");
    }

    @Test
    void aLinkThatHasProvenItselfIsNotAskedForEachMessage() {
        link.open(message("m1", "{}"), listener, A_MINUTE);
        agent.sent();
        agent.advance(DIAL.dividedBy(2));
        assertThat(agent.sent()).isEqualTo(PING);
        agent.receive("pong", SilenceWatch.PING_ID, "{}");

        for (int i = 2; i < 10; i++) {
            link.open(message("m" + i, "{}"), listener, A_MINUTE);
            agent.sent();
        }
        agent.advance(TIMEOUT);

        assertThat(agent.sent()).isEmpty();
        assertThat(link.isOpen()).isTrue();
    }

    @Test
    void aTimeInWhichTheLoopStoodStillIsAskedAboutBeforeTheLinkIsGivenUp() {
        agent.receive("heartbeat", "", "{}");
        link.open(message("m1", "{}"), listener, A_MINUTE);
        agent.sent();

        agent.stall(TIMEOUT.multipliedBy(10));
        agent.stall(TIMEOUT);
        assertThat(agent.sent()).isEqualTo(PING);
        agent.receive("pong", SilenceWatch.PING_ID, "{}");
        agent.stall(TIMEOUT.multipliedBy(10));

        assertThat(link.isOpen()).isTrue();
    }

    @Test
    void anyFrameIsASignOfLife() {
        agent.receive("heartbeat", "", "{}");
        link.open(message("m1", "{}"), listener, A_MINUTE);
        agent.sent();

        for (int i = 0; i < 10; i++) {
            agent.advance(TIMEOUT.dividedBy(2));
            agent.receive("heartbeat", "", "{}");
        }

        assertThat(agent.sent()).isEmpty();
    }

    @Test
    void aLinkThatOwesNothingMayBeSilent() {
        link.open(message("m1", "{}"), listener, A_MINUTE);
        agent.receive("chunk", "m1", "{\"content\":\"\",\"done\":true}");
        agent.sent();

        agent.advance(Duration.ofHours(1));
        assertThat(agent.sent()).isEmpty();
        link.open(message("m2", "{}"), listener, A_MINUTE);
        agent.sent();
        agent.advance(TIMEOUT.multipliedBy(2));

        assertThat(agent.sent()).isEqualTo(PING);
    }
}
