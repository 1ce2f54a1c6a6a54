package dev.culvert.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.faults.Fault.OnProgram;
import dev.culvert.faults.Fault.OnWire;
import dev.culvert.faults.Fault.Snapshot;
import dev.culvert.testing.VmMonitor.HostSees;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class FaultPlanTest {
    private static final int MANY = 2000;

    @Test
    void theSameSeedPlansTheSame() {
        assertThat(wires(5)).isEqualTo(wires(5));
        assertThat(turns(5)).isEqualTo(turns(5));
        assertThat(pieces(turns(5))).isEqualTo(pieces(turns(5)));
    }

    @Test
    void anotherSeedPlansOtherwise() {
        assertThat(wires(5)).isNotEqualTo(wires(6));
        assertThat(turns(5)).isNotEqualTo(turns(6));
    }

    @Test
    void everyKindOfFaultIsPlanned() {
        assertThat(wires(5)).extracting(Fault::kind).contains(names(OnWire.class));
        assertThat(LongStream.range(0, MANY).mapToObj(new FaultPlan(5, MANY)::onProgram))
                .extracting(Fault::kind)
                .contains(names(OnProgram.class));
    }

    @Test
    void theShortFormHasEveryFaultOfProgramsAndSnapshotsOfBothKindsInBothVms() {
        FaultPlan plan = FaultsIT.SHORT;
        List<OnProgram> faults =
                LongStream.range(0, plan.programQuota()).mapToObj(plan::onProgram).toList();
        List<Snapshot> snapshots =
                faults.stream()
                        .filter(Snapshot.class::isInstance)
                        .map(Snapshot.class::cast)
                        .toList();

        assertThat(faults).extracting(Fault::kind).contains(names(OnProgram.class));
        assertThat(snapshots)
                .extracting(Snapshot::road)
                .contains(Road.BEFORE_MONITOR, Road.BEHIND_MONITOR);
        assertThat(snapshots).extracting(Snapshot::hostSees).contains(HostSees.values());
    }

    @Test
    void theQuotasAddUpToThePlan() {
        FaultPlan plan = new FaultPlan(5, 241);
        int relays = IntStream.rangeClosed(0, FaultPlan.LINKS).map(plan::quota).sum();

        assertThat(relays + plan.programQuota()).isEqualTo(241);
    }

    @Test
    void noTwoPiecesOfAnyAnswersAreTheSame() {
        assertThat(pieces(turns(5))).doesNotHaveDuplicates();
    }

    private static List<OnWire> wires(long seed) {
        FaultPlan plan = new FaultPlan(seed, MANY);
        return LongStream.range(0, MANY)
                .mapToObj(index -> plan.onWire((int) (index % 3), index))
                .toList();
    }

    private static List<TurnPlan> turns(long seed) {
        return LongStream.range(0, MANY).mapToObj(number -> TurnPlan.of(seed, number)).toList();
    }

    private static List<String> pieces(List<TurnPlan> turns) {
        return turns.stream()
                .map(TurnPlan::answer)
                .flatMap(answer ->
                        LongStream.range(0, Math.min(3, answer.pieces()))
                                .mapToObj(index -> answer.piece((int) index)))
                .toList();
    }

    private static String[] names(Class<? extends Fault> faults) {
        return List.of(faults.getPermittedSubclasses()).stream()
                .map(Class::getSimpleName)
                .toArray(String[]::new);
    }
}
