package dev.culvert.daemon.flows;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.FlowSettings;
import dev.culvert.io.Workers;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Node;
import dev.culvert.testing.Eventually;
import dev.culvert.transport.EventLoops;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Runs flows as a daemon does, and can be killed: what is in its store is all that is left. */
final class FlowBench implements AutoCloseable {
    static final FlowSettings SETTINGS = FlowSettings.DEFAULTS;

    final FlowStore store;
    final DoStep doing = new DoStep();
    final FlowStep flowStep = new FlowStep();
    final StepKinds kinds = new StepKinds(List.of(doing, new WaitStep(), new EchoStep(), flowStep));
    private final BlockingQueue<RunView> ended = new LinkedBlockingQueue<>();
    private final EventLoops loops = EventLoops.start(2, "test-flows");
    private Workers workers = new Workers("test-flows", 2, 100);
    Flows flows;

    FlowBench() {
        this(new MemoryFlows());
    }

    /** A caller with its rights of now; null if it is not let in any more. */
    volatile UnaryOperator<@Nullable Caller> again = it -> it;

    FlowBench(FlowStore store) {
        this.store = store;
        flows = open();
        try {
            restore();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void restore() throws IOException {
        flows.restore(it -> again.apply(it));
    }

    private Flows open() {
        Flows opened =
                new Flows(
                        store,
                        () -> SETTINGS,
                        kinds,
                        workers,
                        loops.group(),
                        FlowObserver.NONE,
                        Map.of("HOME", "/root")::get);
        opened.onEnded(ended::add);
        return opened;
    }

    Flow read(String text) {
        try {
            return FlowReader.read("f.jsonc", text, kinds, SETTINGS);
        } catch (BadSettingsException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    String start(String text) throws Exception {
        return start(text, Map.of(), RunRecord.Wanted.ALL);
    }

    String start(String text, Map<String, Node> inputs, RunRecord.Wanted wanted) throws Exception {
        return start(text, inputs, wanted, Caller.ANYBODY);
    }

    String start(String text, Map<String, Node> inputs, RunRecord.Wanted wanted, Caller caller)
            throws Exception {
        BlockingQueue<RunView> started = new LinkedBlockingQueue<>();
        flows.start(
                new Flows.Start(read(text), caller, "default", inputs, wanted, null, ""),
                started::add);
        return requireNonNull(started.poll(10, TimeUnit.SECONDS)).run().id();
    }

    RunView run(String text) throws Exception {
        start(text);
        return awaitEnd();
    }

    RunView awaitEnd() throws InterruptedException {
        return requireNonNull(ended.poll(10, TimeUnit.SECONDS));
    }

    RunView view(String id) {
        try {
            return flows.view(id, Caller.ANYBODY);
        } catch (FlowRefusal | IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The states of all steps. */
    static Map<String, String> states(RunView view) {
        Map<String, String> states = new LinkedHashMap<>();
        view.steps().forEach(it -> states.put(it.step(), it.state().label()));
        return states;
    }

    /** Another process with the same store: what this one has not written is lost. */
    void kill() throws IOException {
        flows.close();
        Workers last = workers;
        Eventually.await(() -> assertThat(last.busy()).isZero());
        for (int i = 0; i < 3; i++) { // what was begun is done before the death, and not after it
            loops.group().forEach(it -> it.submit(() -> {}).syncUninterruptibly());
        }
        last.close();
        workers = new Workers("test-flows", 2, 100);
        flows = open();
        flowStep.use(flows, new FlowFolder(() -> SETTINGS, kinds));
        restore();
    }

    @Override
    public void close() {
        flows.close();
        workers.close();
        loops.close();
    }
}
