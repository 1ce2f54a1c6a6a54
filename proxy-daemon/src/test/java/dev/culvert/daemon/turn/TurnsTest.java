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
import dev.culvert.road.TestRoads;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private final Fleet fleet =
            new Fleet(DesiredStore.NONE, () -> FleetSettings.DEFAULTS, TestRoads::unused);
    private final Turns turns =
            new Turns(
                    fleet,
                    TurnIds.ofThisProcess(),
                    () -> DaemonSettings.DEFAULTS,
                    new TurnObserver() {
                        @Override
                        public void onCancelled(CancelCause cause) {}

                        @Override
                        public void onResumed(boolean byClient) {}

                        @Override
                        public void onStopped(CancelCause cause, long nanos) {}
                    });

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

        assertThat(turns.agentOf(id, of("acme"))).isSameAs(agent);
        assertThat(turns.agentOf(id, Caller.ANYBODY)).isSameAs(agent);
        assertThat(turns.agentOf(id, of("other"))).isNull();
        assertThat(turns.agentOf("a.none", of("acme"))).isNull();
    }

    private static Caller of(String tenant) {
        return new Caller("ci", Caller.Kind.TOKEN, tenant, Set.of(), null);
    }
}
