package dev.culvert.daemon.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every {@link SeenStore} does that keeps something. */
public interface SeenStoreContract {
    Instant THEN = Instant.parse("2026-11-29T18:00:00.123456789Z");

    /** Empty at the first call of a test. */
    SeenStore store() throws IOException;

    /** The same, as it is after a restart. */
    SeenStore storeAfterARestart() throws IOException;

    @Test
    default void givesBackTheLastTimesAlsoAfterARestart() throws IOException {
        assertThat(store().isKept()).isTrue();
        assertThat(store().read()).isEmpty();

        store().save(Map.of("a", THEN, "b", THEN), List.of());
        store().save(Map.of("b", THEN.plusSeconds(1)), List.of());

        assertThat(store().read()).isEqualTo(Map.of("a", THEN, "b", THEN.plusSeconds(1)));
        assertThat(storeAfterARestart().read())
                .isEqualTo(Map.of("a", THEN, "b", THEN.plusSeconds(1)));
    }

    @Test
    default void forgetsThoseThatAreGone() throws IOException {
        store().save(Map.of("a", THEN, "b", THEN), List.of());

        store().save(Map.of(), List.of("a", "c"));

        assertThat(store().read()).isEqualTo(Map.of("b", THEN));
    }
}
