package dev.culvert.daemon.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.FleetSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.AgentSource;
import dev.culvert.daemon.fleet.DesiredStore;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.frame.FrameLimits;
import dev.culvert.road.TestRoads;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import java.lang.classfile.ClassFile;
import java.lang.classfile.instruction.InvokeInstruction;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TurnIdsTest {
    private static Agent agent(String id, String tenant) throws Exception {
        String text =
                "{\"agents\": [{\"id\": \"%s\", \"tenant\": \"%s\", \"cid\": 3}]}"
                        .formatted(id, tenant);
        Fleet fleet = new Fleet(DesiredStore.NONE, () -> FleetSettings.DEFAULTS, TestRoads::unused);
        fleet.source(AgentSource.FILE)
                .replace(
                        Settings.read(List.of(Layer.text("test", text)), DaemonSettings::read)
                                .value()
                                .agents());
        return Objects.requireNonNull(fleet.find(id));
    }

    @Test
    void anIdNamesItsAgentAndIsLikeNoOther() throws Exception {
        TurnIds ids = TurnIds.ofThisProcess();
        Agent agent = agent("web.1", "acme");
        Set<String> seen = new HashSet<>();

        for (int i = 0; i < 1000; i++) {
            String id = ids.mint(agent);
            assertThat(id).matches("web\\.1\\.[A-Za-z0-9_-]{24}");
            assertThat(TurnIds.agentOf(id)).isEqualTo("web.1");
            assertThat(ids.isOf(agent, id)).isTrue();
            assertThat(seen.add(id)).isTrue();
        }
    }

    @Test
    void anIdThatNoClientIsToldIsLikeNoOtherAndBelievedOfNobody() throws Exception {
        TurnIds ids = TurnIds.ofThisProcess();
        Agent agent = agent("web.1", "acme");
        Set<String> seen = new HashSet<>();

        for (int i = 0; i < 1000; i++) {
            String id = ids.unaddressed(agent);
            assertThat(id).matches("web\\.1\\.[A-Za-z0-9_-]{24}");
            assertThat(ids.isOf(agent, id)).isFalse();
            assertThat(seen.add(id)).isTrue();
        }
        assertThat(seen).doesNotContain(TurnIds.ofThisProcess().unaddressed(agent));
    }

    @Test
    void theLongestIdOfAnAgentStillFitsAFrame() throws Exception {
        String id = TurnIds.ofThisProcess().mint(agent("a".repeat(64), "acme"));

        assertThat(FrameLimits.DEFAULTS.isRequestId(id)).isTrue();
    }

    @Test
    void anIdIsWorthNothingForAnotherAgentTenantOrKey() throws Exception {
        TurnIds ids = TurnIds.ofThisProcess();
        String id = ids.mint(agent("a", "acme"));

        assertThat(ids.isOf(agent("a", "acme"), id)).isTrue();
        assertThat(ids.isOf(agent("a", "other"), id)).isFalse();
        assertThat(ids.isOf(agent("b", "acme"), id.replace("a.", "b."))).isFalse();
        assertThat(TurnIds.ofThisProcess().isOf(agent("a", "acme"), id)).isFalse();
    }

    @Test
    void noCharacterOfAnIdCanBeChanged() throws Exception {
        TurnIds ids = TurnIds.ofThisProcess();
        Agent agent = agent("a", "acme");
        String id = ids.mint(agent);

        for (int i = 2; i < id.length(); i++) {
            char other = id.charAt(i) == 'x' ? 'y' : 'x';
            String forged = id.substring(0, i) + other + id.substring(i + 1);
            assertThat(ids.isOf(agent, forged)).as(forged).isFalse();
        }
        assertThat(ids.isOf(agent, id + "A")).isFalse();
        assertThat(ids.isOf(agent, id + "==")).isFalse();
        assertThat(ids.isOf(agent, "a.ü")).isFalse();
    }

    /** How much of a guess is right must not be measurable, which no test of time can hold. */
    @Test
    void theProofIsComparedInConstantTime() throws Exception {
        Path file = Path.of("target/classes/dev/culvert/daemon/turn/TurnIds.class");
        List<String> called =
                ClassFile.of().parse(file).methods().stream()
                        .filter(method -> method.methodName().equalsString("isOf"))
                        .flatMap(method -> method.code().orElseThrow().elementStream())
                        .filter(InvokeInstruction.class::isInstance)
                        .map(InvokeInstruction.class::cast)
                        .map(it -> it.owner().asInternalName() + "." + it.name())
                        .toList();

        assertThat(called)
                .contains("java/security/MessageDigest.isEqual")
                .noneMatch(it -> it.endsWith(".equals") || it.endsWith(".compareTo"));
    }

    @Test
    void aKeyOfTheClientStandsForOneTurnOfOneAgentAndTenant() throws Exception {
        TurnIds ids = TurnIds.ofThisProcess();
        Agent agent = agent("a", "acme");

        assertThat(ids.mint(agent, "k")).isEqualTo(ids.mint(agent, "k"));
        assertThat(ids.isOf(agent, ids.mint(agent, "k"))).isTrue();
        assertThat(ids.mint(agent, "k")).isNotEqualTo(ids.mint(agent, "l"));
        assertThat(ids.mint(agent, "k")).isNotEqualTo(ids.mint(agent("a", "other"), "k"));
    }
}
