package dev.culvert.daemon.previews;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every store of previews does. */
public interface PreviewStoreContract {
    Instant NOW = Instant.parse("2026-11-30T08:00:00.123Z");

    /** An empty store, or the same one again as a later process opens it. */
    PreviewStore open() throws IOException;

    private static Preview preview(String id) {
        return new Preview(id, "web-1", "acme", 3000, "token:ci \u00e4", NOW, null);
    }

    @Test
    default void isEmptyAtFirst() throws IOException {
        assertThat(open().read()).isEmpty();
        open().delete(List.of("a"));
        open().delete(List.of());
    }

    @Test
    default void givesBackWhatWasSavedLastById() throws IOException {
        PreviewStore store = open();

        store.save(preview("b"));
        store.save(preview("a"));
        store.save(preview("b").revokedAt(NOW));

        assertThat(store.read()).containsExactly(preview("a"), preview("b").revokedAt(NOW));
    }

    @Test
    default void forgetsWhatIsDeleted() throws IOException {
        PreviewStore store = open();
        store.save(preview("a"));
        store.save(preview("b"));

        store.delete(List.of("a", "c"));

        assertThat(store.read()).containsExactly(preview("b"));
    }
}
