package dev.culvert.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the shipped programs under faults. {@code -Dfaults.count=10000} is the long form, {@code
 * -Dfaults.seed=N} gives another plan.
 */
class FaultsIT {
    /** The plan of the short form. */
    static final FaultPlan SHORT = new FaultPlan(5, 240);

    private static final long SEED = Long.getLong("faults.seed", SHORT.seed());
    private static final int COUNT = Integer.getInteger("faults.count", SHORT.faults());

    /** Codes with which the daemon may interrupt a stream that the client then resumes. */
    private static final Set<String> MAY_INTERRUPT =
            Set.of("draining", "unreachable", "taken_over");

    private static final int EVENT_LOOPS = 2;

    /** Twice the initial heap of 64 MB, and the other memory of a JVM. */
    private static final long DAEMON_MEGABYTES = 200;

    /** A heap of 32 MB, turn logs of 18 MB outside the heap, and the other memory of a JVM. */
    private static final long GUEST_MEGABYTES = 110;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    @Test
    void everyTurnIsWholeAndRunsOnceWhateverBreaks() throws Exception {
        play(new FaultPlan(SEED, COUNT));
    }

    private void play(FaultPlan plan) throws IOException {
        Tally tally = new Tally();
        System.out.printf("faults: %s, logs in %s%n", plan, directory);
        try (Stage stage = new Stage(plan, EVENT_LOOPS, directory, tally)) {
            new FaultRun(plan, stage, tally).play();
            System.out.println(new Report(plan, stage, tally));

            assertThat(tally.violations()).as("with %s", plan).isEmpty();
            assertThat(stage.complaints()).isEmpty();
            assertThat(tally.sum(Tally.FAULTS)).isGreaterThanOrEqualTo(plan.faults());
            assertThat(stage.scene().runtime().startedTwice()).isZero();
            assertThat(stage.scene().runtime().strangers()).isZero();
            assertThat(tally.group("streams interrupted by the daemon").keySet())
                    .isSubsetOf(MAY_INTERRUPT);
            assertThat(tally.group(Scene.TAKEN_OVER)).containsKey("told taken_over");
            assertThat(tally.group("streams resumed")).hasSize(TurnPlan.Return.values().length);
            assertThat(tally.sum("turns whole"))
                    .as("compared with the lost ones")
                    .isGreaterThan(2 * tally.sum(Scene.LOST));
            assertThat(tally.group(Scene.LOST).getOrDefault(Scene.NO_ROOM, 0))
                    .as("logs removed to make room, of %d turns", tally.sum("turns whole"))
                    .isLessThanOrEqualTo(tally.sum("turns whole") / 1_000);
            assertThat(stage.scene().daemon().peakMegabytes()).isLessThan(DAEMON_MEGABYTES);
            assertThat(stage.agents().values())
                    .allSatisfy(agent ->
                            assertThat(agent.guest().peakMegabytes()).isLessThan(GUEST_MEGABYTES));
        }
    }
}
