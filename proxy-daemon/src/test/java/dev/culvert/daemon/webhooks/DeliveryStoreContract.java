package dev.culvert.daemon.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.webhooks.DeliveryStore.Row;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every {@link DeliveryStore} does that keeps something. */
public interface DeliveryStoreContract {
    Row FIRST = new Row("msg_1", "2026-11-30T12:00:00.000000001Z", 0, "{\"body\":\"\\u00e4 ü\"}");
    Row SECOND = new Row("msg_2", "2026-11-30T11:00:00Z", 3, "{}");

    /** The same, as it is after a restart; empty at the first call of a test. */
    DeliveryStore open() throws IOException;

    @Test
    default void givesBackWhatWasNotDeliveredAlsoAfterARestart() throws IOException {
        DeliveryStore store = open();
        assertThat(store.isKept()).isTrue();
        assertThat(store.read()).isEmpty();

        store.save(List.of(SECOND, FIRST), List.of());

        assertThat(store.read()).containsExactly(FIRST, SECOND);
        assertThat(open().read()).containsExactly(FIRST, SECOND);
    }

    @Test
    default void replacesWhatWasTriedAndForgetsWhatIsGone() throws IOException {
        open().save(List.of(FIRST, SECOND), List.of());
        Row tried = new Row(FIRST.id(), "2026-11-30T12:05:00Z", 1, "{\"trouble\":\"503\"}");

        open().save(List.of(tried), List.of(SECOND.id(), "msg_unknown"));

        assertThat(open().read()).containsExactly(tried);
    }
}
