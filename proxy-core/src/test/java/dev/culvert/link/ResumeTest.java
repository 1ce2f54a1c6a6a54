package dev.culvert.link;

import static dev.culvert.link.EmbeddedLink.A_MINUTE;
import static dev.culvert.link.EmbeddedLink.message;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The host's side of resuming.md. */
class ResumeTest {
    private final CountingObserver observer = new CountingObserver();
    private final EmbeddedLink agent = new EmbeddedLink(EmbeddedLink.UNWATCHED, observer);
    private final AgentLink link = agent.link();
    private final ScriptedListener listener = new ScriptedListener();

    @AfterEach
    void close() {
        agent.close();
    }

    private Exchange resume(long after) {
        return link.resume("t", after, 64, listener, A_MINUTE);
    }

    private void chunk(long seq, boolean done) {
        agent.receive("chunk", "t", seq, payload(seq, done));
    }

    private static String payload(long seq, boolean done) {
        return "{\"content\":\"" + seq + "\",\"done\":" + done + "}";
    }

    @Test
    void asksForWhatFollowsANumber() {
        resume(7);

        assertThat(agent.sent())
                .isEqualTo(
                        "{\"type\":\"resume\",\"id\":\"t\",\"credit\":64,\"payload\":{\"after\":7}}");
    }

    @Test
    void tellsWhatFollowsAndTheEnd() {
        resume(7);

        chunk(8, false);
        chunk(9, true);

        assertThat(listener.replies()).containsExactly(payload(8, false), payload(9, true));
        assertThat(listener.ends()).containsExactly("done");
    }

    @Test
    void whatComesTwiceIsToldOnce() {
        resume(7);

        chunk(8, false);
        chunk(9, false);
        chunk(8, false);
        chunk(9, false);
        chunk(10, true);

        assertThat(listener.replies())
                .containsExactly(payload(8, false), payload(9, false), payload(10, true));
    }

    @Test
    void whatComesTooEarlyIsOfAnEarlierReadingAndDropped() {
        resume(7);

        chunk(12, false);
        agent.receive("error", "t", 13, "{\"code\":\"stream_broken\",\"message\":\"broke\"}");
        chunk(8, false);

        assertThat(listener.replies()).containsExactly(payload(8, false));
        assertThat(listener.ends()).isEmpty();
        assertThat(observer.lines()).contains("late chunk", "late error");
    }

    @Test
    void theLastFrameOnceMoreIsTheEnd() {
        resume(9);

        chunk(9, true);

        assertThat(listener.ends()).containsExactly("done");
    }

    @Test
    void anErrorOnceMoreIsTheEndAndHasItsNumber() {
        resume(9);

        agent.receive("error", "t", 9, "{\"code\":\"stream_broken\",\"message\":\"broke\"}");

        assertThat(listener.failure())
                .isEqualTo(new Failure.AgentError("stream_broken", "broke", 9));
    }

    @Test
    void anErrorWithoutANumberEndsIt() {
        resume(9);

        agent.receive("error", "t", "{\"code\":\"unknown_turn\",\"message\":\"gone\"}");

        assertThat(listener.failure()).isEqualTo(new Failure.AgentError("unknown_turn", "gone"));
    }

    @Test
    void whatIsDetachedMayBeResumedOnTheSameLink() {
        agent.announce("cancel", "resume");
        Exchange first = link.open(message("t", "{}"), new ScriptedListener(), A_MINUTE);
        agent.sent();
        chunk(1, false);

        first.detach();
        resume(1);
        chunk(2, true);

        assertThat(agent.sent()).startsWith("{\"type\":\"resume\"");
        assertThat(agent.sent()).isEmpty();
        assertThat(listener.ends()).containsExactly("done");
        assertThat(observer.count("ended detached")).isEqualTo(1);
    }

    @Test
    void whatIsStoppedWaitsForTheAgentToSayThatItIs() {
        agent.announce("cancel");
        Exchange exchange = link.open(message("t", "{}"), listener, A_MINUTE);
        agent.sent();

        assertThat(exchange.stop()).isTrue();
        assertThat(agent.sent()).isEqualTo("{\"type\":\"cancel\",\"id\":\"t\"}");
        assertThat(listener.ends()).isEmpty();
        agent.receive("error", "t", 1, "{\"code\":\"cancelled\",\"message\":\"stopped\"}");

        assertThat(listener.failure()).isEqualTo(new Failure.AgentError("cancelled", "stopped", 1));
    }

    @Test
    void anAgentThatCannotStopIsNotAsked() {
        Exchange exchange = link.open(message("t", "{}"), listener, A_MINUTE);
        agent.sent();

        assertThat(exchange.stop()).isFalse();
        assertThat(agent.sent()).isEmpty();
    }

    @Test
    void whoWaitsForTheAnnouncementIsToldWhenItComesAndWhenTheLinkGoes() {
        StringBuilder told = new StringBuilder();
        link.whenAnnounced(() -> told.append('a'));
        assertThat(told).isEmpty();

        agent.announce("resume");
        link.whenAnnounced(() -> told.append('b'));
        assertThat(told).hasToString("ab");
        assertThat(link.can(Feature.RESUME)).isTrue();

        EmbeddedLink lost = new EmbeddedLink(EmbeddedLink.UNWATCHED, observer);
        lost.link().whenAnnounced(() -> told.append('c'));
        lost.close();
        assertThat(told).hasToString("abc");
    }
}
