package dev.culvert.daemon.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every {@link DriftStore} does that keeps something. */
public interface DriftStoreContract {
    Instant THEN = Instant.parse("2026-11-30T12:00:00.000000001Z");

    /** The same, as it is after a restart; empty at the first call of a test. */
    DriftStore open() throws IOException;

    @Test
    default void knowsWhoWasToldAlsoAfterARestart() throws IOException {
        DriftStore store = open();
        assertThat(store.read()).isEmpty();

        store.save("a", THEN.minusSeconds(9));
        store.save("a", THEN);
        store.save("b", THEN);
        store.delete("b");
        store.delete("unknown");

        assertThat(store.read()).isEqualTo(Map.of("a", THEN));
        assertThat(open().read()).isEqualTo(Map.of("a", THEN));
    }
}
