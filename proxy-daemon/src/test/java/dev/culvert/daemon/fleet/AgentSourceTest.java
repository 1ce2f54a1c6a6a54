package dev.culvert.daemon.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.config.EnrolSettings;
import dev.culvert.daemon.config.FleetSettings;
import dev.culvert.road.TestRoads;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AgentSourceTest {
    private final Fleet fleet =
            new Fleet(
                    DesiredStore.NONE,
                    () -> new FleetSettings(3, 1024, 4096, EnrolSettings.DEFAULTS),
                    TestRoads::unused);
    private final AgentSource file = fleet.source(AgentSource.FILE);
    private final AgentSource api = fleet.source(AgentSource.API);

    @Test
    void aSourceRemovesItsOwnAgentsAlone() throws IOException {
        file.replace(List.of(agent("a", 1), agent("b", 2)));
        api.put(agent("c", 3));

        file.replace(List.of(agent("b", 2)));

        assertThat(ids()).containsExactly("b", "c");
    }

    @Test
    void whatAClientChangedIsSetBackByTheSourceOfTheAgent() throws IOException {
        file.replace(List.of(agent("a", 1)));

        assertThat(api.put(agent("a", 2))).isFalse();
        assertThat(address("a")).isEqualTo(at(2));

        file.replace(List.of(agent("a", 1)));
        assertThat(address("a")).isEqualTo(at(1));
        file.replace(List.of());
        assertThat(ids()).isEmpty();
    }

    @Test
    void aFileTakesOverTheAgentOfAClientThatItNames() throws IOException {
        assertThat(api.put(agent("a", 1))).isTrue();

        file.replace(List.of(agent("a", 1)));
        file.replace(List.of());

        assertThat(ids()).isEmpty();
    }

    @Test
    void anAgentThatAClientRemovedAndAddedIsTheClients() throws IOException {
        file.replace(List.of(agent("a", 1)));
        fleet.remove("a");
        api.put(agent("a", 1));

        file.replace(List.of());

        assertThat(ids()).containsExactly("a");
    }

    @Test
    void twoAgentsOfASourceMaySwapTheirAddresses() throws IOException {
        file.replace(List.of(agent("a", 1), agent("b", 2)));
        Agent before = fleet.find("a");

        file.replace(List.of(agent("a", 2), agent("b", 1)));

        assertThat(address("a")).isEqualTo(at(2));
        assertThat(address("b")).isEqualTo(at(1));
        assertThat(fleet.find("a")).isNotSameAs(before);
    }

    @Test
    void anAddressThatAnotherAgentHasIsRefusedAndChangesNothing() throws IOException {
        file.replace(List.of(agent("a", 1)));
        api.put(agent("b", 2));

        assertThatThrownBy(() -> file.replace(List.of(agent("c", 2))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("agent 'b' has it");

        assertThat(ids()).containsExactly("a", "b");
    }

    @Test
    void agentsOfAllSourcesCountTogether() throws IOException {
        file.replace(List.of(agent("a", 1), agent("b", 2)));
        api.put(agent("c", 3));

        assertThatThrownBy(() -> api.put(agent("d", 4)))
                .isInstanceOf(FleetLimitException.class)
                .hasMessageContaining("fleet.max_agents");

        file.replace(List.of(agent("b", 2)));
        assertThat(api.put(agent("d", 4))).isTrue();
    }

    @Test
    void anAgentThatStaysIsTheSameAndListenersHearOfWhatChangedOnly() throws IOException {
        file.replace(List.of(agent("a", 1), agent("b", 2)));
        List<String> heard = new ArrayList<>();
        fleet.listen(
                new FleetListener() {
                    @Override
                    public void onAdded(Agent agent) {
                        heard.add("added " + agent.id());
                    }

                    @Override
                    public void onRemoved(Agent agent) {
                        heard.add("removed " + agent.id());
                    }
                });
        Agent a = fleet.find("a");

        file.replace(List.of(agent("a", 1), agent("c", 2)));

        assertThat(heard).containsExactly("removed b", "added c");
        assertThat(fleet.find("a")).isSameAs(a);
    }

    private List<String> ids() {
        return fleet.all().stream().map(Agent::id).toList();
    }

    private AgentAddress address(String id) {
        Agent agent = fleet.find(id);
        if (agent == null) {
            throw new AssertionError("there is no agent " + id);
        }
        return agent.address();
    }

    private static AgentSettings agent(String id, int port) {
        return new AgentSettings(id, "t", at(port), Optional.empty(), List.of());
    }

    private static AgentAddress at(int port) {
        return AgentAddress.parse("tcp://127.0.0.1:" + port);
    }
}
