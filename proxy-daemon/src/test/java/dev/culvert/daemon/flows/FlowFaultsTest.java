package dev.culvert.daemon.flows;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.FlowSettings;
import dev.culvert.daemon.config.Scope;
import dev.culvert.settings.Node;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs that meet a journal that cannot be read, bugs, callers who are gone, and other callers. */
@Timeout(30)
class FlowFaultsTest {
    private static final String ONE = "{\"name\": \"f\", \"steps\": {\"a\": {\"do\": {}}}}";

    /** A journal that does what a test says before it writes. */
    private static final class Store implements FlowStore {
        interface Before {
            void write(Object row) throws IOException;
        }

        private final MemoryFlows kept = new MemoryFlows();
        private volatile Before before = _ -> {};

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
            before.write(run);
            kept.save(run);
        }

        @Override
        public void save(StepRow step) throws IOException {
            before.write(step);
            kept.save(step);
        }

        @Override
        public void delete(Collection<String> runs) {
            kept.delete(runs);
        }

        @Override
        public @Nullable CachedRow cached(String digest) {
            return kept.cached(digest);
        }

        @Override
        public void cache(String digest, CachedRow row, int most) {
            kept.cache(digest, row, most);
        }
    }

    @TempDir Path folder;

    private final Store store = new Store();
    private final FlowBench bench = new FlowBench(store);

    @AfterEach
    void close() {
        bench.close();
    }

    private static Caller token(String name, String tenant, Scope... scopes) {
        return new Caller(name, Caller.Kind.TOKEN, tenant, Set.of(scopes), null);
    }

    private RunView start(Caller caller, String tenant, @Nullable String key) throws Exception {
        return start(ONE, caller, tenant, key);
    }

    private RunView start(String text, Caller caller, String tenant, @Nullable String key)
            throws Exception {
        BlockingQueue<RunView> started = new LinkedBlockingQueue<>();
        bench.flows.start(
                new Flows.Start(
                        bench.read(text), caller, tenant, Map.of(), RunRecord.Wanted.ALL, key, ""),
                started::add);
        return requireNonNull(started.poll(10, TimeUnit.SECONDS));
    }

    @Test
    void aRunThatCannotBeReadHasFailedAndIsTold() throws Exception {
        store.save(
                new FlowStore.RunRow(
                        "fr_0000000000000001",
                        "f",
                        "default",
                        "ci",
                        "running",
                        Instant.now(),
                        null,
                        "{\"inputs\": 7".getBytes(UTF_8)));

        bench.kill();
        RunView view = bench.awaitEnd();

        assertThat(view.run().state()).isEqualTo(RunState.FAILED);
        assertThat(view.run().error()).isEqualTo("its journal cannot be read");
        assertThat(bench.view("fr_0000000000000001").run().state()).isEqualTo(RunState.FAILED);
        assertThat(bench.flows.running()).isZero();
    }

    @Test
    void aRunWithAStepThatCannotBeReadHasFailedAndIsTold() throws Exception {
        bench.doing.action = (_, _) -> {};
        String id = bench.start(ONE);
        Eventually.await(() -> assertThat(bench.doing.begun("a")).isOne());
        store.save(
                new FlowStore.StepRow(
                        id,
                        "a",
                        "started",
                        Instant.now(),
                        "{\"attempt\": 1, \"items\": -1, \"started\": \"yesterday\"}"
                                .getBytes(UTF_8)));

        bench.kill();
        RunView view = bench.awaitEnd();

        assertThat(view.run().id()).isEqualTo(id);
        assertThat(view.run().state()).isEqualTo(RunState.FAILED);
        assertThat(bench.view(id).steps()).hasSize(1);
        assertThatThrownBy(() -> bench.flows.cancel(id, Caller.ANYBODY))
                .hasMessageContaining("has ended already: it is failed");
    }

    @Test
    void aRunWhoseCallerIsGoneAtARestartIsTold() throws Exception {
        bench.doing.action = (_, _) -> {};
        bench.start(ONE);
        Eventually.await(() -> assertThat(bench.doing.begun("a")).isOne());

        bench.again = _ -> null;
        bench.kill();

        assertThat(bench.awaitEnd().run().error()).contains("not let in any more");
    }

    @Test
    void aBugInTheJournalEndsTheRun() throws Exception {
        store.before =
                row -> {
                    if (row instanceof FlowStore.StepRow) {
                        throw new IllegalStateException("a bug of a driver");
                    }
                };
        RunView view = bench.run(ONE);

        assertThat(view.run().state()).isEqualTo(RunState.FAILED);
        assertThat(view.run().error()).contains("a bug in the daemon");
        assertThat(bench.doing.begun("a")).isZero();
    }

    @Test
    void aJournalThatTakesNothingEndsTheRunInMemory() throws Exception {
        store.before =
                _ -> {
                    throw new IllegalStateException("a bug of a driver");
                };
        RunView view = start(Caller.ANYBODY, "default", null);

        assertThat(view.run().state()).isEqualTo(RunState.FAILED);
        assertThat(bench.awaitEnd().run().id()).isEqualTo(view.run().id());
        assertThat(bench.flows.running()).isZero();
    }

    @Test
    void aRunWaitsForADiskThatIsFull() throws Exception {
        store.before =
                row -> {
                    if (row instanceof FlowStore.StepRow) {
                        store.before = _ -> {};
                        throw new IOException("no space");
                    }
                };

        assertThat(bench.run(ONE).run().state()).isEqualTo(RunState.DONE);
    }

    /** So deep that nobody can write it as JSON. */
    @Test
    void anErrorAtTheEndOfAStepEndsTheRun() throws Exception {
        Node deep = Values.NULL;
        for (int i = 0; i < 100_000; i++) {
            deep = Values.items(List.of(deep));
        }
        Node output = deep;
        bench.doing.action = (_, end) -> end.done(output);
        RunView view = bench.run(ONE);

        assertThat(view.run().state()).isEqualTo(RunState.FAILED);
        assertThat(view.run().error()).contains("a bug in the daemon");
    }

    @Test
    void aRunWhoseCallerIsLetInNoLongerEnds() throws Exception {
        bench.doing.action = (_, _) -> {};
        bench.start(ONE);
        Eventually.await(() -> assertThat(bench.doing.begun("a")).isOne());
        bench.again = _ -> null;
        bench.flows.checkCallers();
        RunView view = bench.awaitEnd();

        assertThat(view.run().state()).isEqualTo(RunState.CANCELLED);
        assertThat(view.run().error()).contains("is not let in any more");
        assertThat(bench.doing.cancelled()).containsExactly("a");
    }

    @Test
    void noStepBeginsForACallerWhoIsLetInNoLonger() throws Exception {
        bench.doing.action =
                (input, end) -> {
                    bench.again = _ -> null;
                    end.done(input.params());
                };
        RunView view =
                bench.run(
                        """
                        {"name": "f", "steps": {
                           "a": {"do": {}}, "b": {"do": {}, "needs": ["a"]}, "last": {"do": {}, "finally": true}}}
                        """);

        assertThat(view.run().state()).isEqualTo(RunState.FAILED);
        assertThat(bench.doing.begun).containsOnlyKeys("a");
    }

    @Test
    void aStepHasTheRightsThatItsCallerHasNow() throws Exception {
        BlockingQueue<Set<Scope>> scopes = new LinkedBlockingQueue<>();
        bench.doing.action =
                (input, end) -> {
                    scopes.add(input.caller().scopes());
                    end.done(input.params());
                };
        bench.again = _ -> token("ci", "acme", Scope.FLOWS);
        bench.run(ONE);

        assertThat(scopes).containsExactly(Set.of(Scope.FLOWS));
    }

    @Test
    void aFlowThatIsCancelledWhileItBeginsAnotherEndsThatToo() throws Exception {
        Files.writeString(folder.resolve("f.jsonc"), ONE);
        bench.flowStep.use(bench.flows, new FlowFolder(this::settings, bench.kinds));
        bench.doing.action = (_, _) -> {};
        CountDownLatch begins = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        store.before =
                row -> {
                    if (row instanceof FlowStore.RunRow run && run.flow().equals("f")) {
                        store.before = _ -> {};
                        begins.countDown();
                        try {
                            goOn.await();
                        } catch (InterruptedException e) {
                            throw new IOException(e);
                        }
                    }
                };
        String id =
                bench.start("{\"name\": \"p\", \"steps\": {\"s\": {\"flow\": {\"name\": \"f\"}}}}");
        begins.await();
        bench.flows.cancel(id, Caller.ANYBODY);
        RunView first = bench.awaitEnd();
        goOn.countDown();
        RunView second = bench.awaitEnd();

        assertThat(List.of(first, second))
                .extracting(it -> it.run().flow() + " " + it.run().state().label())
                .containsExactlyInAnyOrder("p cancelled", "f cancelled");
    }

    private FlowSettings settings() {
        FlowSettings it = FlowSettings.DEFAULTS;
        return new FlowSettings(
                Optional.of(folder),
                List.of("HOME"),
                it.maxRuns(),
                it.maxSteps(),
                it.maxEach(),
                it.eachParallel(),
                it.maxFileBytes(),
                it.maxOutputBytes(),
                it.maxJournalBytes(),
                it.keep(),
                it.keepCache(),
                it.stepTimeout(),
                it.maxForwards(),
                it.shell(),
                it.mcp());
    }

    @Test
    void oneKeyOfTwoCallersIsNotOneRun() throws Exception {
        String id = start(token("ci", "acme"), "acme", "k").run().id();

        assertThat(start(token("ci", "acme"), "acme", "k").run().id()).isEqualTo(id);
        assertThatThrownBy(() -> start(token("ci.acme", "eu"), "eu", "k"))
                .hasMessageContaining("A run of somebody else has this key");
    }

    @Test
    void aRunGoesOnWithTheVariablesThatItBeganWith() throws Exception {
        Flow flow =
                FlowReader.read(
                        "f.jsonc",
                        """
                        {"name": "f", "inputs": {"home": {"type": "string", "env": "HOME", "default": "x"}},
                         "steps": {"a": {"do": {"value": "${inputs.home}"}}}}
                        """,
                        bench.kinds,
                        settings());
        BlockingQueue<RunView> started = new LinkedBlockingQueue<>();
        bench.flows.start(
                new Flows.Start(
                        flow, Caller.ANYBODY, "default", Map.of(), RunRecord.Wanted.ALL, null, ""),
                started::add);
        RunView view = requireNonNull(started.poll(10, TimeUnit.SECONDS));

        assertThat(RunRecord.of(requireNonNull(store.run(view.run().id()))).inputs())
                .extractingByKey("home")
                .extracting(Node::json)
                .isEqualTo("\"/root\"");
    }

    @Test
    void aVariableOfAnotherTypeIsNotTakenForTheDefault() throws Exception {
        Flow flow =
                FlowReader.read(
                        "f.jsonc",
                        """
                        {"name": "f", "inputs": {"most": {"type": "integer", "env": "HOME", "default": 3}},
                         "steps": {"a": {"do": {"value": "${inputs.most}"}}}}
                        """,
                        bench.kinds,
                        settings());
        Flows.Start start =
                new Flows.Start(
                        flow, Caller.ANYBODY, "default", Map.of(), RunRecord.Wanted.ALL, null, "");

        assertThatThrownBy(() -> bench.flows.start(start, _ -> {}))
                .hasMessageContaining("'most' takes the variable HOME of the daemon")
                .hasMessageContaining("integer")
                .hasMessageNotContaining("root");
    }

    @Test
    void whatAnOperatorRunsForNoTenantIsSeenByNoTenant() throws Exception {
        bench.doing.action = (_, _) -> {};
        String ofNobody = start(Caller.ANYBODY, "default", null).run().id();
        String ofAcme = start(Caller.ANYBODY, "acme", null).run().id();
        Caller ofDefault = token("d", "default", Scope.FLOWS);
        Caller acme = token("a", "acme", Scope.values());

        assertThat(bench.flows.of(ofDefault)).isEmpty();
        assertThat(bench.flows.of(acme)).hasSize(1);
        assertThatThrownBy(() -> bench.flows.cancel(ofNobody, ofDefault))
                .hasMessageContaining("There is no run");
        assertThatThrownBy(() -> bench.flows.cancel(ofAcme, acme))
                .hasMessageContaining("who belongs to no tenant");
        bench.flows.cancel(ofAcme, Caller.ANYBODY);
        assertThat(bench.awaitEnd().run().id()).isEqualTo(ofAcme);
    }

    @Test
    void aTenantHasHalfOfTheRuns() throws Exception {
        bench.doing.action = (_, _) -> {};
        Caller acme = token("a", "acme", Scope.FLOWS);
        for (int i = 0; i < FlowBench.SETTINGS.maxRuns() / 2; i++) {
            start(acme, "acme", null);
        }

        assertThatThrownBy(() -> start(acme, "acme", null))
                .hasMessageContaining("one tenant may have half of flows.max_runs");
        assertThat(start(token("e", "eu", Scope.FLOWS), "eu", null).run().state())
                .isEqualTo(RunState.RUNNING);
    }
}
