package dev.culvert.link;

import static dev.culvert.link.EmbeddedLink.A_MINUTE;
import static dev.culvert.link.EmbeddedLink.message;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The host's side of flow-control.md. */
class CreditTest {
    private static final String A_CHUNK = "{\"content\":\"\",\"done\":false}";

    private final CountingObserver observer = new CountingObserver();
    private final EmbeddedLink agent = new EmbeddedLink(EmbeddedLink.UNWATCHED, observer);
    private final AgentLink link = agent.link();
    private final ScriptedListener listener = new ScriptedListener();

    @AfterEach
    void close() {
        agent.close();
    }

    private Exchange open(long credit) {
        Exchange exchange = link.open(message("m1", "{}").withCredit(credit), listener, A_MINUTE);
        agent.sent();
        return exchange;
    }

    @Test
    void theFirstCreditGoesWithTheRequest() {
        link.open(message("m1", "{}").withCredit(64), listener, A_MINUTE);

        assertThat(agent.sent()).contains("\"credit\":64");
    }

    @Test
    void moreIsSentToAnAgentThatHeedsIt() {
        agent.announce("credit");
        Exchange exchange = open(64);

        exchange.grant(32);

        assertThat(agent.sent())
                .isEqualTo("{\"type\":\"credit\",\"id\":\"m1\",\"payload\":{\"bytes\":32}}");
    }

    @Test
    void nothingIsSentBeforeTheAgentHasAnnouncedItAndThenAllAtOnce() {
        Exchange exchange = open(64);
        exchange.grant(32);
        exchange.grant(10);
        assertThat(agent.sent()).isEmpty();

        agent.announce("credit");

        assertThat(agent.sent()).contains("\"bytes\":42");
    }

    @Test
    void anAgentOfTheBaseProtocolIsNotTold() {
        agent.announce("cancel");

        open(64).grant(32);

        assertThat(agent.sent()).isEmpty();
    }

    @Test
    void anExchangeWithoutCreditIsNotLimitedByAny() {
        agent.announce("credit");
        Exchange exchange = link.open(message("m1", "{}"), listener, A_MINUTE);
        agent.sent();

        exchange.grant(32);

        assertThat(agent.sent()).isEmpty();
    }

    @Test
    void theSilenceOfAnAgentWithoutCreditIsNotItsFault() {
        agent.announce("credit");
        Exchange exchange = open(A_CHUNK.length());
        agent.receive("chunk", "m1", A_CHUNK);

        agent.advance(Duration.ofMinutes(5));
        assertThat(exchange.isOpen()).isTrue();
        exchange.grant(10);
        agent.advance(Duration.ofSeconds(62));

        assertThat(listener.failure()).isInstanceOf(Failure.TimedOut.class);
    }

    @Test
    void toldIsOnlyWhoeverHadUsedUpItsCredit() {
        agent.announce("credit");
        Exchange exchange = open(A_CHUNK.length() + 1);
        agent.receive("chunk", "m1", A_CHUNK);
        exchange.grant(10);
        assertThat(observer.lines()).doesNotContain("starved");

        agent.receive("chunk", "m1", A_CHUNK);
        exchange.grant(1);
        assertThat(observer.lines()).as("it still owes some").doesNotContain("starved");
        exchange.grant(100);
        exchange.grant(100);

        assertThat(observer.count("starved")).isEqualTo(1);
    }

    @Test
    void theDeadlineOfTheWholeIsMetWithoutCreditToo() {
        agent.announce("credit");
        Patience patience = new Patience(Duration.ofSeconds(5), Duration.ofSeconds(20));
        link.open(message("m1", "{}").withCredit(0), listener, patience);

        agent.advance(Duration.ofSeconds(21));

        assertThat(listener.failure())
                .isEqualTo(new Failure.TimedOut(Duration.ofSeconds(20), true));
    }

    @Test
    void anAgentThatHeedsNoCreditMustNotBeSilent() {
        open(A_CHUNK.length());
        agent.receive("chunk", "m1", A_CHUNK);

        agent.advance(Duration.ofSeconds(62));

        assertThat(listener.failure()).isInstanceOf(Failure.TimedOut.class);
    }
}
