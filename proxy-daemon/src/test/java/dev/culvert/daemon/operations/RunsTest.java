package dev.culvert.daemon.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RunsTest {
    private static final Caller ALICE = caller("alice", "acme");
    private static final Caller BOB = caller("bob", "acme");
    private static final Caller OPERATOR =
            new Caller("op", Caller.Kind.TOKEN, null, Set.of(Scope.ADMIN), null);

    private final Operation removal =
            Operations.all().stream()
                    .filter(it -> it.name().equals("agents.remove"))
                    .findAny()
                    .orElseThrow();
    private int most = 10;
    private int mostBytes = 1 << 20;
    private final Runs runs = new Runs(() -> most, () -> mostBytes);

    private static Caller caller(String name, String tenant) {
        return new Caller(name, Caller.Kind.TOKEN, tenant, Set.of(Scope.AGENTS_WRITE), null);
    }

    private Run begin(Caller caller) {
        return runs.begin(removal, "/api/v1/agents/a", caller, "r1", 3);
    }

    @Test
    void tellsWhoDidWhatAndHowItEnded() {
        Run run = begin(ALICE);
        assertThat(run.end()).isNull();
        runs.work(run, () -> assertThat(runs.onLogged("removed a")).isEqualTo(" op=" + run.id()));
        assertThat(runs.onLogged("of nobody")).isEmpty();
        runs.end(run, 204, 5_000_000, 21, null);

        Run found = runs.find(run.id(), ALICE);
        assertThat(found).isSameAs(run);
        assertThat(run.lines()).containsExactly("removed a");
        Run.End end = Objects.requireNonNull(run.end());
        assertThat(end.status()).isEqualTo(204);
        assertThat(run.cpuNanos()).isPositive();
        assertThat(end.bytesOut()).isEqualTo(21);
        assertThat(run.bytesIn()).isEqualTo(3);
    }

    @Test
    void onlyTheCallerAndOperatorsSeeARun() {
        Run run = begin(ALICE);

        assertThat(runs.find(run.id(), BOB)).isNull();
        assertThat(runs.find(run.id(), caller("alice", "other"))).isNull();
        assertThat(runs.of(BOB)).isEmpty();
        assertThat(runs.find(run.id(), OPERATOR)).isSameAs(run);
    }

    @Test
    void withAStoreItTellsWhatHasEndedAndWhatIsGone() {
        most = 2;
        runs.restore(List.of(RunStoreContract.WHOLE));
        Run run = begin(ALICE);
        assertThat(runs.takeChanges().isEmpty()).isTrue();

        runs.end(run, 204, 1, 2, null);
        Runs.Changes first = runs.takeChanges();
        begin(BOB);
        Runs.Changes second = runs.takeChanges();

        assertThat(first.ended()).extracting(PastRun::id).containsExactly(run.id());
        assertThat(first.gone()).isEmpty();
        assertThat(second.ended()).isEmpty();
        assertThat(second.gone()).containsExactly(RunStoreContract.WHOLE.id());
        assertThat(runs.takeChanges().isEmpty()).isTrue();
    }

    @Test
    void whatAStoreCouldNotTakeIsToldAgain() {
        runs.restore(List.of());
        Run run = begin(ALICE);
        runs.end(run, 204, 1, 2, null);

        Runs.Changes changes = runs.takeChanges();
        runs.giveBack(changes);

        assertThat(runs.takeChanges()).isEqualTo(changes);
    }

    @Test
    void aRunFromBeforeARestartIsShownAsItWas() {
        runs.restore(List.of(RunStoreContract.WHOLE, RunStoreContract.PLAIN));

        assertThat(runs.of(OPERATOR))
                .extracting(Run::past)
                .containsExactly(RunStoreContract.PLAIN, RunStoreContract.WHOLE);
        assertThat(runs.of(ALICE)).extracting(Run::id).containsExactly(RunStoreContract.WHOLE.id());
        assertThat(runs.of(BOB)).isEmpty();
    }

    @Test
    void forgetsTheOldestBeyondTheLimits() {
        most = 2;
        Run first = begin(ALICE);
        Run second = begin(ALICE);
        Run third = begin(ALICE);
        assertThat(runs.of(ALICE)).containsExactly(third, second).doesNotContain(first);

        mostBytes = 600;
        Run last = begin(ALICE);
        assertThat(runs.of(ALICE)).containsExactly(last);
        assertThat(runs.count()).isOne();
        assertThat(runs.bytes()).isLessThanOrEqualTo(600);
    }

    @Test
    void theOperationWithTheMostRunsLosesItsOldest() {
        most = 3;
        Operation reload = Objects.requireNonNull(Operations.named("reload"));
        Run rare = runs.begin(reload, "/api/v1/admin/reload", OPERATOR, "r1", 0);
        Run first = begin(ALICE);
        Run second = begin(ALICE);
        Run third = begin(ALICE);

        assertThat(runs.of(OPERATOR)).containsExactly(third, second, rare).doesNotContain(first);
    }

    @Test
    void aLongPathIsCut() {
        Run run = runs.begin(removal, "/" + "a".repeat(100_000), ALICE, "r1", 0);

        assertThat(run.path()).hasSize(1_001);
        assertThat(runs.bytes()).isLessThan(2_000);
    }

    @Test
    void manyAndLongLinesAreCut() {
        Run run = begin(ALICE);
        runs.work(
                run,
                () -> {
                    for (int i = 0; i < 200; i++) {
                        runs.onLogged("x".repeat(5_000));
                    }
                });

        assertThat(run.lines()).hasSize(100).allMatch(line -> line.length() == 1_001);
    }

    /** A run may be forgotten by one thread while another one logs for it. */
    @Test
    void whatIsForgottenTakesNothing() throws Exception {
        most = 2;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int k = 0; k < 10_000; k++) {
                                    Run run = begin(ALICE);
                                    runs.work(run, () -> runs.onLogged("a line"));
                                    runs.end(run, 500, 1, 1, "why");
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        most = 0;
        begin(ALICE);

        assertThat(runs.count()).isZero();
        assertThat(runs.bytes()).isZero();
    }
}
