package dev.culvert.daemon.flows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.flows.FlowStore.CachedRow;
import dev.culvert.daemon.flows.FlowStore.RunRow;
import dev.culvert.daemon.flows.FlowStore.StepRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every journal of flows does. */
public interface FlowStoreContract {
    Instant NOW = Instant.parse("2026-11-30T12:00:00.123Z");

    /** An empty one, or the same one again as a later process opens it. */
    FlowStore open() throws IOException;

    private static RunRow run(String id, int second, String state, @Nullable Instant ended) {
        return new RunRow(
                id, "report", "acme", "ci ä", state, NOW.plusSeconds(second), ended, bytes(state));
    }

    private static StepRow step(String run, String step, String state) {
        return new StepRow(run, step, state, NOW, bytes(state));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    default void isEmptyAtFirst() throws IOException {
        FlowStore store = open();

        assertThat(store.runs()).isEmpty();
        assertThat(store.run("a")).isNull();
        assertThat(store.steps("a")).isEmpty();
        assertThat(store.cached("d")).isNull();
        store.delete(List.of("a"));
    }

    @Test
    default void givesBackWhatWasSavedLastInOrder() throws IOException {
        FlowStore store = open();
        store.save(run("b", 1, "running", null));
        store.save(run("a", 2, "running", null));
        store.save(run("b", 1, "done", NOW.plusSeconds(9)));
        store.save(step("a", "two", "started"));
        store.save(step("a", "one[1]", "done"));
        store.save(step("a", "two", "done"));
        store.save(step("b", "one", "started"));

        FlowStore later = open();

        assertThat(later.runs())
                .usingRecursiveFieldByFieldElementComparator()
                .containsExactly(
                        run("b", 1, "done", NOW.plusSeconds(9)), run("a", 2, "running", null));
        assertThat(later.run("b"))
                .usingRecursiveComparison()
                .isEqualTo(run("b", 1, "done", NOW.plusSeconds(9)));
        assertThat(later.steps("a"))
                .usingRecursiveFieldByFieldElementComparator()
                .containsExactly(step("a", "one[1]", "done"), step("a", "two", "done"));
    }

    @Test
    default void deletesRunsWithTheirSteps() throws IOException {
        FlowStore store = open();
        store.save(run("a", 1, "done", NOW));
        store.save(run("b", 2, "done", NOW));
        store.save(step("a", "one", "done"));
        store.save(step("b", "one", "done"));

        store.delete(List.of("a"));

        assertThat(store.runs()).extracting(RunRow::id).containsExactly("b");
        assertThat(store.steps("a")).isEmpty();
        assertThat(store.steps("b")).hasSize(1);
    }

    @Test
    default void keepsTheLatestOutputsOnly() throws IOException {
        FlowStore store = open();
        for (int i = 0; i < 4; i++) {
            store.cache("d" + i, new CachedRow(NOW.plusSeconds(i), bytes("o" + i)), 2);
        }
        store.cache("d2", new CachedRow(NOW.plusSeconds(9), bytes("new")), 2);

        FlowStore later = open();

        assertThat(later.cached("d1")).isNull();
        assertThat(later.cached("d2"))
                .usingRecursiveComparison()
                .isEqualTo(new CachedRow(NOW.plusSeconds(9), bytes("new")));
        assertThat(later.cached("d3")).isNotNull();
    }
}
