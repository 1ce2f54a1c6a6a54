package dev.culvert.road;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import dev.culvert.io.Shares;
import dev.culvert.link.AgentLink;
import dev.culvert.link.DialListener;
import dev.culvert.link.EmbeddedLink;
import dev.culvert.link.EmbeddedTrunk;
import dev.culvert.link.Failure;
import dev.culvert.link.Lane;
import dev.culvert.link.LinkObserver;
import dev.culvert.transport.AgentAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The road to an agent that dials in. */
class IncomingRoadTest {
    private final EmbeddedTrunk first =
            new EmbeddedTrunk(EmbeddedLink.UNWATCHED, LinkObserver.NONE);
    private final EmbeddedTrunk next = new EmbeddedTrunk(EmbeddedLink.UNWATCHED, LinkObserver.NONE);
    private final Road.Incoming road =
            new Road.Incoming(
                    new AgentAddress.Incoming("a"),
                    new Shares<>(
                            new Account(new AccountLimits("max_held_bytes", 100 << 20, 75)),
                            "memory.agent_share",
                            () -> 100));
    private final List<AgentLink> given = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final DialListener listener =
            new DialListener() {
                @Override
                public void onLink(AgentLink link) {
                    given.add(link);
                }

                @Override
                public void onFailure(Failure failure) {
                    failures.add(failure.message());
                }
            };

    @AfterEach
    void close() {
        first.close();
        next.close();
    }

    private void arrive(EmbeddedTrunk trunk) {
        road.arrived(trunk.trunk());
        first.run();
        next.run();
    }

    @Test
    void withoutALinkRequestsFailAtOnceAndSayWhy() {
        road.link(first.ownLoop(), Lane.FIRST, listener);

        assertThat(failures)
                .containsExactly(
                        "incoming:a: the agent is not connected, and the daemon cannot dial it: it"
                                + " has not dialled in since this daemon started");
        assertThat(road.openLinks()).isZero();
        assertThat(road.isDialled()).isFalse();
        assertThat(road).hasToString("incoming:a");
    }

    @Test
    void theHomeLinkWaitsUntilTheAgentDialsIn() {
        road.homeLink(first.ownLoop(), listener);
        assertThat(given).isEmpty();

        arrive(first);

        assertThat(given).hasSize(1);
        assertThat(road.openLinks()).isOne();
        assertThat(road).hasToString("tcp://10.0.0.1:1");
        road.homeLink(first.ownLoop(), listener);
        assertThat(given).hasSize(2);
    }

    @Test
    void anotherLinkReplacesTheFirst() {
        arrive(first);

        arrive(next);

        assertThat(first.trunk().isOpen()).isFalse();
        assertThat(first.trunk().closeReason())
                .isEqualTo("the agent opened another link, which replaces this one");
        assertThat(road.trunk()).isSameAs(next.trunk());
        road.link(next.ownLoop(), Lane.FIRST, listener);
        assertThat(given).hasSize(1);
        assertThat(given.getFirst().isOpen()).isTrue();
    }

    @Test
    void afterALossItSaysWhyTheAgentIsAway() {
        arrive(first);
        first.channel().close();
        first.run();

        road.link(first.ownLoop(), Lane.FIRST, listener);

        assertThat(failures.getFirst()).endsWith("it: the agent closed the connection");
        assertThat(road.trunk()).isNull();
    }

    @Test
    void closingItEndsTheLinkAndWhoeverWaits() {
        road.homeLink(next.ownLoop(), listener);
        road.close("the agent was removed");
        next.run();
        assertThat(failures).containsExactly("the agent was removed");

        arrive(first);

        assertThat(first.trunk().isOpen()).isFalse();
        assertThat(first.trunk().closeReason()).isEqualTo("the agent was removed");
    }

    @Test
    void closingItClosesTheLinkThatIsThere() {
        arrive(first);

        road.close("the agent was removed");
        first.run();

        assertThat(first.trunk().isOpen()).isFalse();
    }
}
