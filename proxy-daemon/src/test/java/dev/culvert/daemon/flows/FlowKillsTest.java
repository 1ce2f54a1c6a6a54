package dev.culvert.daemon.flows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A flow of 20 steps whose process is killed 200 times, each time just before or just after
 * something is written: each step is done once, or somebody is asked about it.
 */
@Timeout(300)
class FlowKillsTest {
    private static final int STEPS = 20;
    private static final int KILLS = 200;
    private static final long SEED = Long.getLong("culvert.flows.seed", 20261130L);

    /** What is written after the death is lost. */
    private static final class DyingStore implements FlowStore {
        private final MemoryFlows kept = new MemoryFlows();
        private int left = Integer.MAX_VALUE;
        private boolean writesLast;
        private CountDownLatch dead = new CountDownLatch(1);

        synchronized CountDownLatch dieAfter(int writes, boolean afterTheLast) {
            left = writes;
            writesLast = afterTheLast;
            dead = new CountDownLatch(1);
            return dead;
        }

        synchronized void live() {
            left = Integer.MAX_VALUE;
        }

        private interface Write {
            void run();
        }

        private synchronized void write(Write write) throws IOException {
            if (left <= 0) {
                if (left == 0 && writesLast) {
                    write.run();
                }
                left = -1;
                dead.countDown();
                throw new IOException("killed");
            }
            left--;
            write.run();
        }

        @Override
        public boolean isKept() {
            return true;
        }

        @Override
        public List<RunRow> runs() {
            return kept.runs();
        }

        @Override
        public @Nullable RunRow run(String id) {
            return kept.run(id);
        }

        @Override
        public List<StepRow> steps(String run) {
            return kept.steps(run);
        }

        @Override
        public void save(RunRow run) throws IOException {
            write(() -> kept.save(run));
        }

        @Override
        public void save(StepRow step) throws IOException {
            write(() -> kept.save(step));
        }

        @Override
        public void delete(Collection<String> runs) throws IOException {
            write(() -> kept.delete(runs));
        }

        @Override
        public @Nullable CachedRow cached(String digest) {
            return kept.cached(digest);
        }

        @Override
        public void cache(String digest, CachedRow row, int most) throws IOException {
            write(() -> kept.cache(digest, row, most));
        }
    }

    /** Some in a row, some beside each other. */
    private static String flow() {
        List<String> steps = new ArrayList<>();
        for (int i = 0; i < STEPS; i++) {
            String needs = i < 3 ? "" : ", \"needs\": [\"s" + (i - 3) + "\"]";
            steps.add("\"s%d\": {\"do\": {\"value\": %d}%s}".formatted(i, i, needs));
        }
        return "{\"name\": \"f\", \"steps\": {" + String.join(", ", steps) + "}}";
    }

    @Test
    void eachStepIsDoneOnceOrSomebodyIsAsked() throws Exception {
        Random random = new Random(SEED);
        DyingStore store = new DyingStore();
        int kills = 0;
        int asked = 0;
        try (FlowBench bench = new FlowBench(store)) {
            while (kills < KILLS) {
                bench.doing.begun.clear();
                String id = bench.start(flow());
                RunView view = bench.view(id);
                while (!view.run().state().isOver()) {
                    CountDownLatch dead =
                            store.dieAfter(random.nextInt(2 * STEPS), random.nextBoolean());
                    asked += answer(bench, id);
                    if (awaitDeathOrEnd(bench, id, dead)) {
                        kills++;
                        store.live();
                        bench.kill();
                    }
                    store.live();
                    view = bench.view(id);
                }
                assertThat(view.run().state()).as("seed %d", SEED).isEqualTo(RunState.DONE);
                for (int i = 0; i < STEPS; i++) {
                    assertThat(bench.doing.begun("s" + i)).as("seed %d: s%d", SEED, i).isEqualTo(1);
                }
            }
        }

        assertThat(asked).as("seed %d", SEED).isPositive();
    }

    /** Says of what is asked that it was done, where it was. */
    private static int answer(FlowBench bench, String id) {
        int asked = 0;
        for (String step : bench.view(id).unknown()) {
            boolean wasDone = bench.doing.begun(step) > 0;
            try {
                bench.flows.resume(
                        id, Caller.ANYBODY, step, wasDone ? Values.members(Map.of()) : null);
                asked++;
            } catch (FlowRefusal e) { // it does not ask yet, or was told a moment ago
                assertThat(e.why()).isEqualTo(FlowRefusal.Why.CONFLICT);
            }
        }
        return asked;
    }

    /** Whether it died; else it has ended, or asks. */
    private static boolean awaitDeathOrEnd(FlowBench bench, String id, CountDownLatch dead) {
        Eventually.await(() ->
                assertThat(dead.getCount() == 0 || bench.view(id).run().state() != RunState.RUNNING)
                        .isTrue());
        try {
            return dead.await(0, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
