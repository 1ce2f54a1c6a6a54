package dev.culvert.daemon.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.FleetSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.AgentSource;
import dev.culvert.daemon.fleet.DesiredStore;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import dev.culvert.io.Shares;
import dev.culvert.link.LinkLimits;
import dev.culvert.link.LinkObserver;
import dev.culvert.pool.LinkPool;
import dev.culvert.pool.PoolLimits;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.EventLoops;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private final EventLoops loops = EventLoops.start(1, "test");
    private final Fleet fleet = new Fleet(DesiredStore.NONE, () -> FleetSettings.DEFAULTS);
    private final Shares<AgentAddress> shares =
            new Shares<>(
                    new Account(new AccountLimits("memory.max_held_bytes", 1 << 20, 75)),
                    "memory.agent_share",
                    () -> 25);
    private final Turns turns =
            new Turns(
                    fleet,
                    new LinkPool(
                            loops,
                            () -> LinkLimits.DEFAULTS,
                            () -> PoolLimits.DEFAULTS,
                            LinkObserver.NONE,
                            shares),
                    TurnIds.ofThisProcess(),
                    shares,
                    () -> DaemonSettings.DEFAULTS,
                    new TurnObserver() {
                        @Override
                        public void onCancelled(CancelCause cause) {}

                        @Override
                        public void onResumed(boolean byClient) {}

                        @Override
                        public void onStopped(long nanos) {}
                    });

    @AfterEach
    void close() {
        loops.close();
    }

    @Test
    void aTurnOfAnAgentThatTheCallerDoesNotSeeIsAsUnknownAsAny() throws IOException {
        fleet.source(AgentSource.FILE)
                .replace(
                        List.of(
                                new AgentSettings(
                                        "a",
                                        "acme",
                                        AgentAddress.parse("tcp://127.0.0.1:1"),
                                        Optional.empty(),
                                        List.of())));
        Agent agent = Objects.requireNonNull(fleet.find("a"));
        String id = turns.ids().mint(agent);

        assertThat(turns.agentOf(id, "acme"::equals)).isSameAs(agent);
        assertThat(turns.agentOf(id, Caller.ANYBODY)).isSameAs(agent);
        assertThat(turns.agentOf(id, "other"::equals)).isNull();
        assertThat(turns.agentOf("a.none", "acme"::equals)).isNull();
    }
}
