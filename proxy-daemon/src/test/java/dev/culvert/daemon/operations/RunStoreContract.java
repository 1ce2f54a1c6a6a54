package dev.culvert.daemon.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.auth.Caller;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every {@link RunStore} does that keeps something. */
public interface RunStoreContract {
    Instant NOW = Instant.parse("2026-11-29T18:00:00.123456789Z");

    /** Has a value in each place where one may be missing. */
    PastRun WHOLE =
            new PastRun(
                    "0000000a",
                    "agents.remove",
                    "/api/v1/agents/a",
                    new PastRun.By("alice", Caller.Kind.TOKEN, "acme"),
                    "r1",
                    NOW,
                    3,
                    4_000,
                    List.of("one", "two é"),
                    new Run.End(409, 5, 6, "no"));

    PastRun PLAIN =
            new PastRun(
                    "0000000b",
                    "reload",
                    "/api/v1/admin/reload",
                    new PastRun.By("root (uid 0, gid 0)", Caller.Kind.UNIX, null),
                    "r2",
                    NOW.plusSeconds(1),
                    0,
                    0,
                    List.of(),
                    new Run.End(200, 1, 2, null));

    /** Empty at the first call of a test. */
    RunStore store() throws IOException;

    /** The same, as it is after a restart. */
    RunStore storeAfterARestart() throws IOException;

    @Test
    default void givesBackWhatItWasGivenOldestFirstAlsoAfterARestart() throws IOException {
        assertThat(store().isKept()).isTrue();
        assertThat(store().read()).isEmpty();

        store().save(List.of(PLAIN, WHOLE), List.of());

        assertThat(store().read()).containsExactly(WHOLE, PLAIN);
        assertThat(storeAfterARestart().read()).containsExactly(WHOLE, PLAIN);
    }

    @Test
    default void forgetsThoseThatAreGone() throws IOException {
        store().save(List.of(PLAIN, WHOLE), List.of());

        store().save(List.of(), List.of(WHOLE.id(), "0000000c"));

        assertThat(store().read()).containsExactly(PLAIN);
    }

    @Test
    default void aRunWithTheIdOfOneThatIsGoneReplacesIt() throws IOException {
        store().save(List.of(WHOLE), List.of());
        PastRun next =
                new PastRun(
                        WHOLE.id(),
                        PLAIN.operation(),
                        PLAIN.path(),
                        PLAIN.by(),
                        PLAIN.requestId(),
                        PLAIN.begun(),
                        0,
                        0,
                        List.of("three"),
                        PLAIN.end());

        store().save(List.of(next), List.of(WHOLE.id()));

        assertThat(store().read()).containsExactly(next);
    }
}
