package dev.culvert.daemon.flows;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.FlowSettings;
import dev.culvert.daemon.flows.FlowRefusal.Why;
import dev.culvert.io.Quoted;
import dev.culvert.io.Workers;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Node;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every run of a flow that the daemon knows, those that have ended too. Safe for all threads. */
public final class Flows implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Flows.class);
    private static final int MOST_DEPTH = 8;
    private static final String UNREADABLE = "its journal cannot be read";

    private final RunMeans means;
    private final StepKinds kinds;
    private final EventLoopGroup loops;
    private final Workers workers;

    /** Those that started first before the others; the lock of both. */
    private final Map<String, RunRecord> known = new LinkedHashMap<>();

    private final Map<String, FlowRun> active = new LinkedHashMap<>();
    private final RunShares shares = new RunShares();

    /** A caller with its rights of now; null if it is not let in any more. */
    private volatile UnaryOperator<@Nullable Caller> again = it -> it;

    /** Told of each run that ends, on its event loop. */
    private volatile Consumer<RunView> onEnded = _ -> {};

    /**
     * @param workers do what blocks
     * @param env the variables of the daemon
     */
    public Flows(
            FlowStore store,
            Supplier<FlowSettings> settings,
            StepKinds kinds,
            Workers workers,
            EventLoopGroup loops,
            FlowObserver observer,
            UnaryOperator<@Nullable String> env) {
        this.kinds = kinds;
        this.loops = loops;
        this.workers = workers;
        means =
                new RunMeans(
                        new Journal(store, workers),
                        settings,
                        InstantSource.system(),
                        observer,
                        env,
                        it -> again.apply(it));
    }

    /** Tells {@code listener} of each run that ends; it must not block. */
    public void onEnded(Consumer<RunView> listener) {
        onEnded = listener;
    }

    /**
     * What somebody wants to run.
     *
     * @param key by which it is the same run when it is asked for again; null for a new one
     * @param parent the run and the step that want it; empty if nobody does
     */
    public record Start(
            Flow flow,
            Caller caller,
            String tenant,
            Map<String, Node> inputs,
            RunRecord.Wanted wanted,
            @Nullable String key,
            String parent) {}

    /**
     * Starts a run, or finds the one with the same key.
     *
     * @param started is told on the run's event loop, when the journal has it
     */
    public void start(Start start, Consumer<RunView> started) throws FlowRefusal {
        start.wanted().check(start.flow());
        Map<String, Node> inputs;
        try {
            inputs = Inputs.check(start.flow(), start.inputs(), means);
        } catch (IllegalArgumentException e) {
            throw new FlowRefusal(Why.INVALID, String.valueOf(e.getMessage()));
        }
        FlowRun run;
        synchronized (known) {
            String key = start.key();
            String id = key == null ? freeId() : idOf(key);
            RunRecord before = known.get(id);
            if (before != null && !RunRights.isOf(before, start.caller())) {
                throw new FlowRefusal(
                        Why.CONFLICT, "A run of somebody else has this key: take another key.");
            }
            FlowRun same = active.get(id);
            if (same != null) {
                same.loop().execute(() -> started.accept(same.view()));
                return;
            }
            if (before != null) {
                loops.next()
                        .execute(() -> started.accept(new RunView(before, List.of(), Map.of())));
                return;
            }
            shares.check(start, known.values(), means.settings().get());
            checkDepth(start.parent());
            RunRecord record =
                    new RunRecord(
                            id,
                            start.flow().name(),
                            start.flow().file(),
                            start.flow().text(),
                            start.tenant(),
                            start.caller(),
                            inputs,
                            start.wanted(),
                            start.parent(),
                            RunState.RUNNING,
                            means.now(),
                            null,
                            null,
                            "");
            run = new FlowRun(means, loops.next(), start.flow(), record);
            known.put(id, record.head());
            active.put(id, run);
            if (key != null) {
                shares.hold(id);
            }
        }
        FlowStore.RunRow row = run.record().row();
        AtomicBoolean told = new AtomicBoolean();
        run.listen(view -> {
            note(run, view);
            if (view.run().state().isOver() && told.compareAndSet(false, true)) {
                started.accept(view); // it could not even be written
            }
        });
        run.write(
                store -> store.save(row),
                () -> {
                    told.set(true);
                    started.accept(run.view());
                    run.begin();
                });
    }

    /** A flow that runs itself would never end. */
    private void checkDepth(String parent) throws FlowRefusal {
        String above = parent;
        for (int depth = 0; !above.isEmpty(); depth++) {
            if (depth == MOST_DEPTH) {
                throw new FlowRefusal(
                        Why.INVALID,
                        "Flows run each other %d levels deep, which is the most: does one of them run itself?"
                                .formatted(MOST_DEPTH));
            }
            RunRecord run = known.get(above.substring(0, above.indexOf('.')));
            above = run == null ? "" : run.parent();
        }
    }

    private String freeId() {
        String id;
        do {
            id = "fr_" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        } while (known.containsKey(id));
        return id;
    }

    private static String idOf(String key) {
        return "fr_" + Values.digest(key).substring(0, 16);
    }

    /** The id of the run with that key; null if there is none. */
    public @Nullable RunRecord withKey(String key) {
        synchronized (known) {
            return known.get(idOf(key));
        }
    }

    /** A run has changed. */
    private void note(FlowRun run, RunView view) {
        boolean isOver = view.run().state().isOver();
        List<String> gone = List.of();
        synchronized (known) {
            known.put(run.id(), view.run().head());
            if (isOver) {
                active.remove(run.id());
                int keep = means.settings().get().keep();
                gone = shares.toForget(known.values(), keep, means.now());
                gone.forEach(known::remove);
            }
        }
        if (isOver) {
            kinds.all().forEach(kind -> kind.ended(run.id()));
            onEnded.accept(view);
        }
        if (!gone.isEmpty()) {
            List<String> forgotten = gone;
            run.write(store -> store.delete(forgotten), () -> {});
        }
    }

    /** Ends the runs of callers who are not let in any more. */
    public void checkCallers() {
        List<FlowRun> runs;
        synchronized (known) {
            runs = List.copyOf(active.values());
        }
        for (FlowRun run : runs) {
            if (again.apply(run.view().run().caller()) == null) {
                try {
                    run.execute(() -> run.cancel(FlowRun.CALLER_GONE));
                } catch (RejectedExecutionException e) {
                    LOG.debug("the daemon is stopping", e);
                }
            }
        }
    }

    /**
     * Reads the journal, and goes on with what was not over. Blocks.
     *
     * @param callers a caller with its rights of now; null if it is not let in any more
     */
    public void restore(UnaryOperator<@Nullable Caller> callers) throws IOException {
        again = callers;
        FlowStore store = means.journal().store();
        for (FlowStore.RunRow row : store.runs()) {
            try {
                RunRecord record = RunRecord.of(row);
                synchronized (known) {
                    known.put(record.id(), record.head());
                    shares.hold(record.id());
                }
                if (!record.state().isOver()) {
                    goOn(record, callers.apply(record.caller()), store);
                }
            } catch (RuntimeException e) {
                LOG.error("the flow run {} cannot be read: {}", row.id(), Quoted.message(e));
                RunState state = RunState.of(row.state()).orElse(RunState.RUNNING);
                if (!state.isOver()) {
                    fail(RunRecord.unreadable(row), UNREADABLE);
                }
            }
        }
    }

    private void goOn(RunRecord record, @Nullable Caller caller, FlowStore store)
            throws IOException {
        String why;
        try {
            Flow flow =
                    FlowReader.read(record.file(), record.text(), kinds, means.settings().get());
            if (caller != null) {
                List<StepRecord> steps =
                        store.steps(record.id()).stream().map(StepRecord::of).toList();
                EventLoop loop = loops.next();
                FlowRun run = new FlowRun(means, loop, flow, record.by(caller));
                run.restore(steps);
                run.listen(view -> note(run, view));
                synchronized (known) {
                    active.put(record.id(), run);
                }
                run.makeAgain();
                run.execute(run::goOn);
                return;
            }
            why = "the caller who started it is not let in any more";
        } catch (BadSettingsException e) {
            why = "this daemon cannot run it: " + e.mistakes().getFirst();
        } catch (RuntimeException e) {
            LOG.error(
                    "the steps of the flow run {} cannot be read: {}",
                    record.id(),
                    Quoted.message(e));
            why = UNREADABLE;
        }
        fail(record, why);
    }

    /** Ends what cannot go on. Blocks. */
    private void fail(RunRecord record, String why) throws IOException {
        RunRecord failed = record.with(RunState.FAILED, means.now(), null, why);
        means.journal().store().save(failed.row());
        synchronized (known) {
            active.remove(failed.id());
            known.put(failed.id(), failed.head());
        }
        onEnded.accept(new RunView(failed, List.of(), Map.of()));
    }

    /** Those that are known and that {@code caller} may see, the latest first, without texts. */
    public List<RunRecord> of(Caller caller) {
        synchronized (known) {
            return ((LinkedHashMap<String, RunRecord>) known)
                    .sequencedValues().reversed().stream()
                            .filter(it -> RunRights.sees(caller, it))
                            .toList();
        }
    }

    /** The run of that id, as far as the caller may see it. */
    public RunRecord head(String id, Caller caller) throws FlowRefusal {
        synchronized (known) {
            RunRecord run = known.get(id);
            if (run == null || !RunRights.sees(caller, run)) {
                throw new FlowRefusal(
                        Why.NOT_FOUND,
                        "There is no run of a flow '%s': culvert flow list shows those there are, of which flows.keep are kept."
                                .formatted(Quoted.word(id)));
            }
            return run;
        }
    }

    /** All that is known of a run. Blocks if it has ended. */
    public RunView view(String id, Caller caller) throws FlowRefusal, IOException {
        RunRecord head = head(id, caller);
        FlowRun run = running(id);
        if (run != null) {
            return run.view();
        }
        FlowStore store = means.journal().store();
        FlowStore.RunRow row = store.run(id);
        if (row == null) {
            return new RunView(head, List.of(), Map.of());
        }
        return PastRun.view(row, store.steps(id), kinds, means.settings().get());
    }

    private @Nullable FlowRun running(String id) {
        synchronized (known) {
            return active.get(id);
        }
    }

    /** Follows a run until it ends. False, and it is not followed, if it has ended. */
    public boolean follow(String id, FlowListener listener) {
        FlowRun run = running(id);
        if (run == null) {
            return false;
        }
        run.loop()
                .execute(() -> {
                    if (run.view().run().state().isOver()) {
                        listener.onChanged(run.view());
                    } else {
                        run.listen(listener);
                        listener.onChanged(run.view());
                    }
                });
        return true;
    }

    /** Follows it no longer. */
    public void forget(String id, FlowListener listener) {
        FlowRun run = running(id);
        if (run != null) {
            run.forget(listener);
        }
    }

    /** Ends a run. */
    public void cancel(String id, Caller caller) throws FlowRefusal {
        RunRecord head = head(id, caller);
        FlowRun run = running(id);
        if (run == null) {
            throw new FlowRefusal(
                    Why.CONFLICT,
                    "The run '%s' has ended already: it is %s."
                            .formatted(id, head.state().label()));
        }
        if (!RunRights.isOfTenant(caller, head)) {
            throw new FlowRefusal(
                    Why.FORBIDDEN,
                    "The run '%s' was started by %s, who belongs to no tenant: have somebody cancel it who belongs to none, too."
                            .formatted(id, head.caller().label()));
        }
        String why = "cancelled by " + caller.label();
        run.execute(() -> run.cancel(why));
    }

    /**
     * Says what happened to a step of which nobody knows it.
     *
     * @param output of what was done; null to begin it again
     */
    public void resume(String id, Caller caller, String step, @Nullable Node output)
            throws FlowRefusal {
        RunRecord head = head(id, caller);
        if (!RunRights.hasRightsOf(head, caller)) {
            throw new FlowRefusal(
                    Why.FORBIDDEN,
                    "The run '%s' goes on with the rights of %s, and you have not all of them: have somebody answer who has."
                            .formatted(id, head.caller().label()));
        }
        FlowRun run = running(id);
        RunView view = run == null ? new RunView(head, List.of(), Map.of()) : run.view();
        List<String> unknown = view.unknown();
        if (run == null || view.run().state() != RunState.UNKNOWN) {
            throw new FlowRefusal(
                    Why.CONFLICT,
                    "The run '%s' waits for nobody: it is %s."
                            .formatted(id, view.run().state().label()));
        }
        if (!unknown.contains(step)) {
            throw new FlowRefusal(
                    Why.CONFLICT,
                    "What happened to '%s' is known: the run '%s' asks about %s."
                            .formatted(Quoted.word(step), id, String.join(", ", unknown)));
        }
        run.execute(() -> run.settle(step, output));
    }

    FlowStore store() {
        return means.journal().store();
    }

    Workers workers() {
        return workers;
    }

    /** How many run, or wait for somebody. */
    public int running() {
        synchronized (known) {
            return (int)
                    active.keySet().stream()
                            .map(known::get)
                            .filter(it -> it != null && it.state() == RunState.RUNNING)
                            .count();
        }
    }

    /** How many wait for somebody to say what happened. */
    public int unknown() {
        synchronized (known) {
            return (int)
                    known.values().stream().filter(it -> it.state() == RunState.UNKNOWN).count();
        }
    }

    /** How many are known. */
    public int kept() {
        synchronized (known) {
            return known.size();
        }
    }

    /** Stops where it is: the next daemon goes on. */
    @Override
    public void close() {
        means.journal().close();
    }
}
