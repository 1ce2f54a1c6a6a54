package dev.culvert.daemon.providers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every store of budgets does that keeps them. */
public interface BudgetStoreContract {
    Instant HOUR = Instant.parse("2026-11-30T12:00:00Z");

    BudgetStore store() throws IOException;

    BudgetStore storeAfterARestart() throws IOException;

    private static BudgetRow row(String holder, Span span, long tokens) {
        return new BudgetRow(Holder.parse(holder), span, HOUR, tokens, 3);
    }

    @Test
    default void whatWasSavedIsThereAfterARestart() throws IOException {
        List<BudgetRow> rows =
                List.of(
                        row("agent:a", Span.HOUR, 5_000_000_000L),
                        row("agent:a", Span.DAY, 6),
                        row("tenant:a", Span.HOUR, 7));
        BudgetStore store = store();
        assertThat(store.isKept()).isTrue();
        assertThat(store.read()).isEmpty();
        store.save(rows, List.of());

        assertThat(storeAfterARestart().read()).containsExactlyInAnyOrderElementsOf(rows);
    }

    @Test
    default void aRowTakesThePlaceOfTheOneBefore() throws IOException {
        BudgetRow before = row("agent:a", Span.HOUR, 1);
        BudgetRow after = row("agent:a", Span.HOUR, 2);
        BudgetRow other = row("agent:b", Span.HOUR, 3);
        BudgetStore store = store();
        store.save(List.of(before, other), List.of());
        store.save(List.of(after), List.of(before, other));

        assertThat(store.read()).containsExactly(after);
    }
}
