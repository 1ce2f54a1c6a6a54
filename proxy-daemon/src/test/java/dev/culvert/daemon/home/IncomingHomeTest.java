package dev.culvert.daemon.home;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.FleetSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.AgentSource;
import dev.culvert.daemon.fleet.AgentState;
import dev.culvert.daemon.fleet.DesiredStore;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import dev.culvert.io.Shares;
import dev.culvert.link.BasePeer;
import dev.culvert.link.EmbeddedLink;
import dev.culvert.link.EmbeddedTrunk;
import dev.culvert.link.LinkObserver;
import dev.culvert.road.Road;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The home link of an agent that dials in, with time that moves by hand. */
class IncomingHomeTest {
    private final EmbeddedTrunk trunk =
            new EmbeddedTrunk(EmbeddedLink.UNWATCHED, LinkObserver.NONE);
    private final EmbeddedTrunk next =
            new EmbeddedTrunk(EmbeddedLink.UNWATCHED, LinkObserver.NONE, trunk.ownLoop());
    private final Fleet fleet =
            new Fleet(
                    DesiredStore.NONE,
                    () -> FleetSettings.DEFAULTS,
                    address ->
                            new Road.Incoming(
                                    (AgentAddress.Incoming) address,
                                    new Shares<>(
                                            new Account(
                                                    new AccountLimits(
                                                            "max_held_bytes", 64 << 20, 75)),
                                            "memory.agent_share",
                                            () -> 100)));
    private final Agent agent;
    private final HomeLink home;

    IncomingHomeTest() throws IOException {
        fleet.source(AgentSource.API)
                .put(
                        new AgentSettings(
                                "a",
                                "default",
                                new AgentAddress.Incoming("a"),
                                Optional.of("{\"model\":\"m\"}"),
                                List.of()));
        agent = Objects.requireNonNull(fleet.find("a"));
        home =
                new HomeLink(
                        agent,
                        new HomeLoop(
                                trunk.ownLoop(),
                                fleet,
                                () -> DaemonSettings.DEFAULTS,
                                (_, _) -> {}),
                        new SplittableRandom(1));
        home.begin();
    }

    @AfterEach
    void close() {
        home.stop("the test is over");
        trunk.close();
        next.close();
    }

    private AgentState state() {
        return agent.presence().state();
    }

    private void arrive(EmbeddedTrunk with) {
        ((Road.Incoming) agent.road()).arrived(with.trunk());
        run();
    }

    private void run() {
        for (int i = 0; i < 3; i++) {
            trunk.run();
            next.run();
        }
    }

    /** Answers the first ping, and confirms the configuration that follows. */
    private void answer(EmbeddedTrunk with, String ping) {
        assertThat(with.sent()).contains("\"ping\"").contains(ping);
        with.receive("pong", ping, "{}");
        run();
        String update = with.sent();
        assertThat(update).contains("\"config_update\"").contains("\"model\":\"m\"");
        with.receive("config_ack", BasePeer.text(update, "id"), "{\"applied\":true}");
        run();
    }

    @Test
    void anAgentThatDoesNotComeIsAwayAfterAWhile() {
        trunk.advance(59_000);
        assertThat(state()).isEqualTo(AgentState.CONNECTING);

        trunk.advance(2_000);

        assertThat(state()).isEqualTo(AgentState.UNREACHABLE);
        assertThat(agent.presence().lastError())
                .isEqualTo("it has not dialled in since this daemon started");
    }

    @Test
    void itIsReadyWhenItHasComeAndConfirmedItsConfiguration() {
        arrive(trunk);
        assertThat(state()).isEqualTo(AgentState.CONNECTING);

        answer(trunk, "home-1");

        assertThat(state()).isEqualTo(AgentState.READY);
    }

    @Test
    void afterALossItIsAwayUntilItComesAgainAtOnce() {
        arrive(trunk);
        answer(trunk, "home-1");

        trunk.trunk().close("the cable was cut");
        run();
        assertThat(state()).isEqualTo(AgentState.UNREACHABLE);
        assertThat(agent.presence().lastError()).isEqualTo("the cable was cut");

        trunk.advance(100);
        arrive(next);
        answer(next, "home-1");
        assertThat(state()).isEqualTo(AgentState.READY);
    }

    @Test
    void anotherLinkReplacesTheFirstWithoutAGap() {
        arrive(trunk);
        answer(trunk, "home-1");

        arrive(next);
        trunk.advance(100);
        run();
        assertThat(state()).isEqualTo(AgentState.READY);

        answer(next, "home-1");
        assertThat(state()).isEqualTo(AgentState.READY);
    }
}
