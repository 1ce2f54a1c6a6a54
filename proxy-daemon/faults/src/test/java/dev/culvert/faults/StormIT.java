package dev.culvert.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Thousands of agents that dial in lose the daemon at the same moment: first because it is killed,
 * then because all their links end while it runs. Clients of other agents are watched meanwhile.
 * {@code -Dstorm.agents=5000} is the whole form; the short form is a twentieth of it. {@code
 * -Dstorm.seed=N} lets the agents dial at other moments.
 */
@Timeout(900)
class StormIT {
    private static final int WHOLE = 5_000;
    private static final int AGENTS = Integer.getInteger("storm.agents", WHOLE / 20);
    private static final long SEED = Long.getLong("storm.seed", 20261130);

    /** Of the whole form; it is the default of join.max_per_second. */
    private static final int MOST_PER_SECOND = 200;

    /** So long that about as many join in it as in 100 ms of the whole form. */
    private static final Duration SLOT = Duration.ofMillis(isWhole() ? 100 : 800);

    private static final Duration MOST_TIME = Duration.ofSeconds(60);
    private static final double MOST_PEAK = 3;
    private static final double LEAST_OF_PACE = 0.9;

    /* The short form takes a few seconds. On a busy machine that shows a standstill, and nothing finer. */
    private static final double NO_STANDSTILL = 0.05;

    /** Sockets besides those of the agents. */
    private static final int OTHER_SOCKETS = 500;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    private final List<String> violations = new ArrayList<>();

    static {
        // Each loss is a warning, and there are thousands.
        System.setProperty("org.slf4j.simpleLogger.log.dev.culvert.guest.connection", "error");
    }

    /** What makes the agents lose their links. */
    private interface Loss {
        void happen() throws IOException;
    }

    private static boolean isWhole() {
        return AGENTS >= WHOLE;
    }

    @Test
    void allAreBackWithinAMinuteEvenlyAndDisturbNobody() throws Exception {
        Descriptors.require(AGENTS + OTHER_SOCKETS);
        System.out.printf("== storm: %d agents, seed %d, logs in %s%n", AGENTS, SEED, directory);
        try (StormStage stage = new StormStage(directory, AGENTS, SEED)) {
            enrol(stage);
            Duration calm = Duration.ofSeconds(isWhole() ? 10 : 1);
            double usual = pace(stage, StormStage.DIALLED, calm);
            stage.configure(perSecond());
            play(
                    stage,
                    "the daemon is killed",
                    StormStage.DIALLED,
                    usual,
                    () -> stage.daemon().kill());
            List<String> all = new ArrayList<>(StormStage.DIALLED);
            all.add(StormStage.JOINED);
            play(
                    stage,
                    "all links end",
                    all,
                    pace(stage, all, calm),
                    () -> stage.fleet().loseLinks());
            stage.log().lines().stream()
                    .filter(line -> line.contains(" ERROR ") || line.contains("Exception"))
                    .forEach(violations::add);
            figure("the daemon took at most %d MB", stage.daemon().peakMegabytes());
        }
        assertThat(violations).as("with seed %d", SEED).isEmpty();
    }

    /** So few that those who come back have to wait for their turn, as in the whole form. */
    private static int perSecond() {
        return isWhole() ? MOST_PER_SECOND : MOST_PER_SECOND / 8;
    }

    private static void enrol(StormStage stage) throws IOException {
        long began = System.nanoTime();
        stage.fleet().begin();
        stage.awaitLinked(AGENTS, MOST_TIME.multipliedBy(2));
        figure("all have enrolled after %.1f s", (System.nanoTime() - began) / 1e9);
    }

    /** The share of their turns that clients of these agents get. */
    private static double pace(StormStage stage, List<String> agents, Duration time)
            throws IOException {
        LoopWaits waits = new LoopWaits(stage.daemon().pid());
        try (HonestClients honest = new HonestClients(stage.daemon().endpoint(), waits, agents)) {
            Pause.of(time.dividedBy(2)); // the first turns are slow
            long from = System.nanoTime();
            Pause.of(time);
            return honest.pace(from, System.nanoTime()).share();
        }
    }

    /**
     * @param agents which stay, or come back at once
     * @param usual the pace of their clients
     */
    private void play(StormStage stage, String name, List<String> agents, double usual, Loss loss)
            throws IOException {
        System.out.printf("== storm: %s%n", name);
        Comebacks comebacks = stage.fleet().comebacks();
        comebacks.clear();
        long from = System.nanoTime();
        loss.happen();
        stage.awaitReady(agents);
        LoopWaits waits = new LoopWaits(stage.daemon().pid());
        try (HonestClients honest = new HonestClients(stage.daemon().endpoint(), waits, agents)) {
            long began = System.nanoTime();
            stage.awaitLinked(AGENTS, MOST_TIME.multipliedBy(2));
            long ended = System.nanoTime();
            judge(comebacks, from);
            double kept = honest.pace(began, ended).share() / usual;
            figure("clients of agents that stayed kept %.3f of their pace", kept);
            if (!(kept >= (isWhole() ? LEAST_OF_PACE : NO_STANDSTILL))) { // NaN if there were none
                violations.add("clients of agents that stayed kept %.3f".formatted(kept));
            }
            violations.addAll(honest.complaints(began));
        }
        stage.awaitReady(List.of(StormStage.JOINED));
        violations.addAll(stage.askAll(AGENTS));
    }

    private void judge(Comebacks comebacks, long from) {
        Slots letIn = comebacks.letIn(SLOT, from);
        Slots joined = comebacks.joined(SLOT, from);
        figure("connected: %s", comebacks.connected(SLOT, from));
        figure("let in: %s", letIn);
        figure("joined: %s", joined);
        figure("refused: %s", comebacks.refusals());
        if (joined.sum() < AGENTS || joined.lastNanos() > MOST_TIME.toNanos()) {
            violations.add("not all are back within a minute: " + joined);
        }
        if (letIn.peak() > MOST_PEAK) {
            violations.add("too many came at once: " + letIn);
        }
    }

    @SuppressWarnings(
            "AnnotateFormatMethod") // the annotation is in no library that this project has
    private static void figure(String format, Object... values) {
        System.out.println("   " + format.formatted(values));
    }
}
