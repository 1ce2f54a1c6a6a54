package dev.culvert.daemon.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.config.EnrolSettings;
import dev.culvert.daemon.config.FleetSettings;
import dev.culvert.road.TestRoads;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Agents of clients, over restarts and beside the settings. */
class AddedAgentsTest {
    private final Disk disk = new Disk();

    private Fleet fleet(AgentSettings... inSettings) throws IOException {
        Fleet fleet =
                new Fleet(
                        DesiredStore.NONE,
                        () -> new FleetSettings(3, 1024, 4096, EnrolSettings.DEFAULTS),
                        TestRoads::unused);
        fleet.source(AgentSource.FILE).replace(List.of(inSettings));
        fleet.restore(disk);
        return fleet;
    }

    private static void put(Fleet fleet, AgentSettings agent) throws IOException {
        fleet.source(AgentSource.API).put(agent);
    }

    private static List<String> ids(Fleet fleet) {
        return fleet.all().stream().map(agent -> agent.source() + " " + agent.settings()).toList();
    }

    private static Agent find(Fleet fleet, String id) {
        Agent agent = fleet.find(id);
        if (agent == null) {
            throw new AssertionError("there is no agent " + id);
        }
        return agent;
    }

    private static AgentSettings agent(String id, int port) {
        return new AgentSettings(
                id,
                "t",
                AgentAddress.parse("tcp://127.0.0.1:" + port),
                Optional.empty(),
                List.of());
    }

    @Test
    void areThereAgainAfterARestart() throws IOException {
        Fleet before = fleet(agent("f", 9));
        put(before, agent("a", 1));
        put(before, agent("b", 2));
        put(before, agent("a", 3));
        before.remove("b");

        assertThat(ids(fleet(agent("f", 9))))
                .containsExactly(
                        "api a of t at tcp://127.0.0.1:3", "file f of t at tcp://127.0.0.1:9");
    }

    @Test
    void whatAClientChangedOfAnAgentOfTheSettingsIsNotKept() throws IOException {
        Fleet fleet = fleet(agent("f", 9));

        put(fleet, agent("f", 8));

        assertThat(disk.agents).isEmpty();
        assertThat(ids(fleet(agent("f", 9)))).containsExactly("file f of t at tcp://127.0.0.1:9");
    }

    @Test
    void theSettingsApplyWhereTheyNameOneToo() throws IOException {
        put(fleet(), agent("a", 1));

        Fleet fleet = fleet(agent("a", 5));

        assertThat(ids(fleet)).containsExactly("file a of t at tcp://127.0.0.1:5");
        assertThat(find(fleet, "a").conflict())
                .startsWith(
                        "the settings name it, and a client added it as a of t at tcp://127.0.0.1:1")
                .contains("culvert agents remove a");
    }

    @Test
    void oneThatTheSettingsHideComesBackWhenTheyNoLongerNameIt() throws IOException {
        Fleet fleet = fleet();
        put(fleet, agent("a", 1));
        AgentSource file = fleet.source(AgentSource.FILE);
        file.replace(List.of(agent("a", 5)));
        assertThat(find(fleet, "a").conflict()).isNotNull();

        file.replace(List.of());

        assertThat(ids(fleet)).containsExactly("api a of t at tcp://127.0.0.1:1");
        assertThat(find(fleet, "a").conflict()).isNull();
    }

    @Test
    void aConflictStaysShownWhenAClientMovesTheAgentOfTheSettings() throws IOException {
        Fleet fleet = fleet();
        put(fleet, agent("a", 1));
        fleet.source(AgentSource.FILE).replace(List.of(agent("a", 5)));

        put(fleet, agent("a", 6));

        assertThat(find(fleet, "a").conflict()).isNotNull();
        assertThat(disk.agents).containsValue(agent("a", 1));
    }

    @Test
    void oneThatMovesIntoTheSettingsUnchangedIsNoConflict() throws IOException {
        Fleet fleet = fleet();
        put(fleet, agent("a", 1));

        fleet.source(AgentSource.FILE).replace(List.of(agent("a", 1)));

        assertThat(find(fleet, "a").conflict()).isNull();
        assertThat(disk.agents).isEmpty();
    }

    @Test
    void whatAnotherSourcePutsIsNotKeptForClients() throws IOException {
        Fleet fleet = fleet();

        assertThat(fleet.source("other").put(agent("a", 1))).isTrue();

        assertThat(disk.agents).isEmpty();
        assertThat(ids(fleet)).containsExactly("other a of t at tcp://127.0.0.1:1");
    }

    @Test
    void removingOneThatIsHiddenForgetsIt() throws IOException {
        Fleet fleet = fleet();
        put(fleet, agent("a", 1));
        AgentSource file = fleet.source(AgentSource.FILE);
        file.replace(List.of(agent("a", 5)));

        fleet.remove("a");
        file.replace(List.of(agent("a", 5)));

        assertThat(find(fleet, "a").conflict()).isNull();
        file.replace(List.of());
        assertThat(ids(fleet)).isEmpty();
    }

    @Test
    void oneThatCannotBeThereLeavesTheOthersAlone() throws IOException {
        Fleet before = fleet();
        put(before, agent("a", 1));
        put(before, agent("b", 2));

        assertThat(ids(fleet(agent("f", 1))))
                .containsExactly(
                        "api b of t at tcp://127.0.0.1:2", "file f of t at tcp://127.0.0.1:1");
    }

    @Test
    void whatCannotBeKeptIsNotDone() throws IOException {
        Fleet fleet = fleet();
        put(fleet, agent("a", 1));
        disk.fails = true;

        assertThatIOException().isThrownBy(() -> put(fleet, agent("a", 2)));
        assertThatIOException().isThrownBy(() -> put(fleet, agent("b", 3)));
        assertThatIOException().isThrownBy(() -> fleet.remove("a"));

        assertThat(ids(fleet)).containsExactly("api a of t at tcp://127.0.0.1:1");
    }

    private static final class Disk implements AgentStore {
        final Map<String, AgentSettings> agents = new TreeMap<>();
        boolean fails;

        @Override
        public boolean isKept() {
            return true;
        }

        @Override
        public List<AgentSettings> read() {
            return List.copyOf(agents.values());
        }

        @Override
        public void save(AgentSettings agent) throws IOException {
            check();
            agents.put(agent.id(), agent);
        }

        @Override
        public void forget(String id) throws IOException {
            check();
            agents.remove(id);
        }

        private void check() throws IOException {
            if (fails) {
                throw new IOException("full");
            }
        }
    }
}
