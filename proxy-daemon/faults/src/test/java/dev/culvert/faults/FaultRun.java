package dev.culvert.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Plays a plan: clients send turns until every fault has happened. */
final class FaultRun {
    private static final int CLIENTS = 24;

    /** If a fault takes more turns than this on average, the plan cannot be played. */
    private static final int MOST_TURNS_PER_FAULT = 25;

    private final FaultPlan plan;
    private final Stage stage;
    private final Tally tally;
    private final Scene scene;
    private final Conductor conductor;
    private final AtomicInteger turns = new AtomicInteger();

    FaultRun(FaultPlan plan, Stage stage, Tally tally) {
        this.plan = plan;
        this.stage = stage;
        this.tally = tally;
        scene = stage.scene();
        conductor = new Conductor(plan, scene.daemon(), stage.agents(), tally);
    }

    /** Plays the whole plan, and waits until nothing is left running. */
    void play() {
        stage.awaitReady();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            clients.submit(conductor);
            for (int i = 0; i < CLIENTS; i++) {
                clients.submit(this::takeTurns);
            }
        }
        if (!isSpent()) {
            tally.violation("the plan could not be played completely");
        }
        settle();
    }

    private void takeTurns() {
        while (!isSpent() && !tally.isHopeless()) {
            int number = turns.getAndIncrement();
            if (number >= plan.faults() * MOST_TURNS_PER_FAULT) {
                return;
            }
            conductor.turnBegins();
            takeTurn(TurnPlan.of(plan.seed(), number));
        }
        conductor.stop();
    }

    private void takeTurn(TurnPlan turn) {
        List<String> history = Collections.synchronizedList(new ArrayList<>());
        try {
            if (turn.way() == TurnPlan.Way.MESSAGE) {
                new MessageClient(turn, scene, history).run();
            } else {
                new StreamClient(turn, scene, history).run();
            }
            List<String> starts = scene.runtime().startsBesidesOne(turn.answer());
            if (!starts.isEmpty()) {
                throw new AssertionError("the runtime started it several times: " + starts);
            }
        } catch (AssertionError | RuntimeException e) {
            tally.violation("%s%n  %s%n  history: %s".formatted(turn, e, history));
        }
    }

    private boolean isSpent() {
        return conductor.isSpent() && stage.isSpent();
    }

    /** All clients have gone, so every turn must stop after its grace. */
    private void settle() {
        try {
            Eventually.await(
                    Stage.SETTLING,
                    () ->
                            assertThat(scene.runtime().running())
                                    .as("answers that are still running")
                                    .isZero());
            Eventually.await(
                    Stage.SETTLING,
                    () ->
                            assertThat(stage.get("/metrics"))
                                    .contains("\nculvert_streams_active 0")
                                    .contains("\nculvert_exchanges_in_flight 0"));
        } catch (AssertionError e) {
            tally.violation("something is left running: " + e.getMessage());
        }
    }
}
