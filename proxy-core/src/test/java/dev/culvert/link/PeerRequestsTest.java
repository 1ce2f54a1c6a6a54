package dev.culvert.link;

import static dev.culvert.link.EmbeddedLink.A_MINUTE;
import static dev.culvert.link.EmbeddedLink.frame;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.FrameType;
import dev.culvert.testing.CapturedLog;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Exchanges that the agent opens, and requests on subjects that this side opens. */
class PeerRequestsTest {
    private final EmbeddedLink agent = new EmbeddedLink(EmbeddedLink.UNWATCHED, LinkObserver.NONE);
    private final AgentLink link = agent.link();
    private final ScriptedListener listener = new ScriptedListener();

    @AfterEach
    void close() {
        agent.close();
    }

    private List<String> serve() {
        List<String> served = new ArrayList<>();
        link.serveWith(request ->
                served.add(
                        request.type()
                                + " "
                                + request.id()
                                + " "
                                + request.payload().toString(UTF_8)));
        return served;
    }

    @Test
    void whatTheAgentPublishesAndAsksIsServed() {
        List<String> served = serve();

        agent.receive("publish", "", "{\"subject\":\"a\",\"data\":1}");
        agent.receive("request", "r", "{}");
        agent.receive("subscribe", "s", "{}");
        agent.receive("unsubscribe", "s", "{}");

        assertThat(served)
                .containsExactly(
                        "PUBLISH  {\"subject\":\"a\",\"data\":1}",
                        "REQUEST r {}",
                        "SUBSCRIBE s {}",
                        "UNSUBSCRIBE s {}");
    }

    @Test
    void itIsToldWhenAnAnswerWasSentButNotOfALostLink() {
        List<String> told = new ArrayList<>();
        link.answer(frame(FrameType.PUBLISH, "s", "{}"), () -> told.add("first"));
        assertThat(agent.sent()).contains("\"publish\"");
        assertThat(told).containsExactly("first");

        link.close("enough");
        link.answer(frame(FrameType.PUBLISH, "s", "{}"), () -> told.add("second"));

        assertThat(told).containsExactly("first");
        assertThat(agent.sent()).isEmpty();
    }

    @Test
    void whatNobodyServesIsIgnored() {
        agent.receive("request", "r", "{}");

        assertThat(agent.sent()).isEmpty();
        assertThat(link.isOpen()).isTrue();
    }

    @Test
    void theAnswerGoesToTheAgentAsLongAsTheLinkIsOpen() {
        link.answer(frame(FrameType.REPLY, "r", "{\"data\":1}"));
        assertThat(agent.sent())
                .isEqualTo("{\"type\":\"reply\",\"id\":\"r\",\"payload\":{\"data\":1}}");

        link.close("enough");
        link.answer(frame(FrameType.REPLY, "r", "{\"data\":2}"));
        assertThat(agent.sent()).isEmpty();
    }

    @Test
    void whoeverServesMayFailWithoutEndingTheLink() {
        link.serveWith(_ -> {
            throw new IllegalStateException("broken");
        });
        try (CapturedLog log = new CapturedLog()) {
            agent.receive("request", "r", "{}");

            assertThat(log.lines()).anyMatch(line -> line.contains("a 'request' failed"));
        }
        assertThat(link.isOpen()).isTrue();
    }

    /** Who opened an exchange is part of its key. */
    @Test
    void bothSidesMayUseTheSameId() {
        List<String> served = serve();
        link.open(frame(FrameType.REQUEST, "r", "{}"), listener, A_MINUTE);

        agent.receive("request", "r", "{\"of\":\"theirs\"}");
        assertThat(served).hasSize(1);
        assertThat(listener.ends()).isEmpty();

        agent.receive("reply", "r", "{\"data\":1}");
        assertThat(listener.replies()).containsExactly("{\"data\":1}");
        assertThat(listener.ends()).containsExactly("done");
    }

    @Test
    void aReplyWithoutDataFailsItsExchange() {
        link.open(frame(FrameType.REQUEST, "r", "{}"), listener, A_MINUTE);

        agent.receive("reply", "r", "{\"date\":1}");

        assertThat(listener.failure())
                .isEqualTo(new Failure.BadAnswer("the agent's reply has no 'data'"));
    }

    @Test
    void aReplyAnswersNothingButARequest() {
        link.open(frame(FrameType.PING, "p", "{}"), listener, A_MINUTE);

        agent.receive("reply", "p", "{\"data\":1}");

        assertThat(listener.failure()).isInstanceOf(Failure.BadAnswer.class);
        assertThat(listener.failure().message())
                .contains("'reply', which does not answer a 'ping'");
    }

    @Test
    void aReplyToAnIdThatWasNeverIssuedClosesTheLink() {
        agent.receive("reply", "x", "{\"data\":1}");

        assertThat(link.isOpen()).isFalse();
    }
}
