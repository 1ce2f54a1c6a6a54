package dev.culvert.daemon.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.config.FleetSettings;
import dev.culvert.road.TestRoads;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a caller of one tenant sees of a fleet of two. */
class VisibleTest {
    private static final Caller ACME = new Caller("ci", Caller.Kind.TOKEN, "acme", Set.of(), null);

    private final Fleet fleet =
            new Fleet(DesiredStore.NONE, () -> FleetSettings.DEFAULTS, TestRoads::unused);
    private final AgentSource file = fleet.source(AgentSource.FILE);
    private final Visible all = fleet.seenBy(Caller.ANYBODY);
    private final Visible acme = fleet.seenBy(ACME);

    @BeforeEach
    void twoTenants() throws IOException {
        file.replace(List.of(agent("a", "acme", 1), agent("b", "other", 2), agent("c", "acme", 3)));
    }

    @Test
    void whatIsOfAnotherTenantIsNotThere() {
        assertThat(acme.find("a")).isSameAs(fleet.find("a"));
        assertThat(acme.find("b")).isNull();
        assertThat(ids(acme)).containsExactly("a", "c");
        assertThat(acme.count(AgentState.CONNECTING)).isEqualTo(2);
    }

    @Test
    void whoeverReachesTheDaemonSeesAll() {
        assertThat(ids(all)).containsExactly("a", "b", "c");
        assertThat(all.find("b")).isNotNull();
        assertThat(all.count(AgentState.CONNECTING)).isEqualTo(3);
    }

    @Test
    void aWatcherHearsOfItsOwnAgentsAndOfThoseThatItLoses() throws IOException {
        Heard heard = new Heard();
        acme.watch(heard);

        file.replace(List.of(agent("b", "other", 2), agent("c", "acme", 3)));
        file.replace(List.of(agent("c", "other", 3), agent("d", "other", 4)));
        assertThat(heard.all).containsExactly("removed a", "tenant of c was acme");

        heard.all.clear();
        file.replace(List.of(agent("c", "third", 3), agent("d", "acme", 4)));
        assertThat(heard.all).containsExactly("tenant of d was other");

        heard.all.clear();
        acme.unwatch(heard);
        file.replace(List.of());
        assertThat(heard.all).isEmpty();
    }

    @Test
    void anAgentOfAnotherTenantCannotBeChangedOrRemoved() throws IOException {
        assertThatThrownBy(() -> acme.put(agent("b", "acme", 2)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> acme.put(agent("a", "other", 1)))
                .isInstanceOf(IllegalArgumentException.class);
        acme.remove("b");
        assertThat(ids(all)).containsExactly("a", "b", "c");

        assertThat(acme.put(agent("d", "acme", 4))).isTrue();
        acme.remove("a");
        assertThat(ids(all)).containsExactly("b", "c", "d");
    }

    @Test
    void whoseAddressItIsIsToldToWhoSeesTheAgentAlone() {
        assertThatThrownBy(() -> acme.put(agent("d", "acme", 2)))
                .hasMessage(
                        "address is tcp://127.0.0.1:2: another agent has it; two agents cannot"
                                + " share one");
        assertThatThrownBy(() -> acme.put(agent("d", "acme", 1)))
                .hasMessageContaining("agent 'a' has it");
    }

    @Test
    void aTenantHasChangesOfItsOwnWhoseNumbersTellNothingOfOthers() throws IOException {
        ChangePoint before = acme.lastChange();
        ChangePoint allBefore = all.lastChange();
        file.replace(List.of(agent("b", "third", 2), agent("c", "other", 3)));

        assertThat(changes(acme, before)).containsExactly("a", "c");
        assertThat(acme.lastChange().number()).isEqualTo(before.number() + 2);
        assertThat(changes(all, allBefore)).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(acme.knowsChangesAfter(allBefore)).isFalse();
        assertThat(changes(fleet.seenBy(Caller.NOBODY), allBefore)).isEmpty();
    }

    private static List<String> changes(Visible visible, ChangePoint after) {
        List<String> ids = new ArrayList<>();
        for (Change it = visible.changeAfter(after);
                it != null;
                it = visible.changeAfter(new ChangePoint(after.epoch(), it.number()))) {
            ids.add(it.agent());
        }
        return ids;
    }

    private static List<String> ids(Visible visible) {
        return visible.after("").map(Agent::id).toList();
    }

    private static AgentSettings agent(String id, String tenant, int port) {
        return new AgentSettings(
                id,
                tenant,
                AgentAddress.parse("tcp://127.0.0.1:" + port),
                Optional.empty(),
                List.of());
    }

    private static final class Heard implements FleetListener {
        final List<String> all = new ArrayList<>();

        @Override
        public void onAdded(Agent agent) {
            all.add("added " + agent.id());
        }

        @Override
        public void onRemoved(Agent agent) {
            all.add("removed " + agent.id());
        }

        @Override
        public void onTenantChanged(Agent agent, String before) {
            all.add("tenant of " + agent.id() + " was " + before);
        }
    }
}
