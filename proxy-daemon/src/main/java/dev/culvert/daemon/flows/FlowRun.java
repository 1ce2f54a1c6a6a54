package dev.culvert.daemon.flows;

import dev.culvert.about.Units;
import dev.culvert.daemon.config.FlowSettings;
import dev.culvert.settings.Node;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a flow: begins each step when those it needs have ended. Confined to its event loop,
 * except where noted.
 */
/* Nothing is made of a step's end before it is in the journal: a step that follows never runs on what a restart would not
 * know. So a run is at any time what the journal says, and goes on from there in the next process. */
final class FlowRun {
    private static final Logger LOG = LoggerFactory.getLogger(FlowRun.class);

    static final String CALLER_GONE =
            "the caller who started it is not let in any more: its token has ended, or its trigger is no setting any more";
    private static final String BUG =
            "a bug in the daemon ended it; the log of the daemon says more";

    private final RunMeans means;
    private final EventLoop loop;
    private final Flow flow;
    private final Map<String, Node> inputs;
    private final Map<String, Flow.Step> plan;
    private final Map<String, StepRun> steps = new LinkedHashMap<>();
    private final Set<FlowListener> listeners = new CopyOnWriteArraySet<>();
    private volatile RunView view;
    private RunRecord record;
    private long outputBytes;
    private boolean cancelled;
    private boolean ending;

    /** What was written last, or is being written. */
    private RunState becoming;

    FlowRun(RunMeans means, EventLoop loop, Flow flow, RunRecord record) {
        this.means = means;
        this.loop = loop;
        this.flow = flow;
        this.record = record;
        becoming = record.state();
        inputs = Inputs.values(flow, record.inputs());
        plan = Plan.of(flow, record.wanted());
        plan.forEach((id, step) -> steps.put(id, new StepRun(this, step)));
        view = look();
    }

    /** From any thread. */
    String id() {
        return record.id();
    }

    RunRecord record() {
        return record;
    }

    RunMeans means() {
        return means;
    }

    EventLoop loop() {
        return loop;
    }

    /** From any thread. */
    RunView view() {
        return view;
    }

    /** From any thread. */
    void listen(FlowListener listener) {
        listeners.add(listener);
    }

    /** From any thread. */
    void forget(FlowListener listener) {
        listeners.remove(listener);
    }

    /** Writes, and then does what comes next on the loop. */
    void write(Journal.Write write, Runnable next) {
        means.journal().write(id(), loop, write, guarded(next), this::crash);
    }

    /** Does it on the loop. From any thread. */
    void execute(Runnable work) {
        loop.execute(guarded(work));
    }

    /** The same, but a bug in it ends the run, which would not end otherwise. */
    Runnable guarded(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                crash(e);
            }
        };
    }

    private void crash(Throwable bug) {
        LOG.error("the flow run {} ends because of a bug in the daemon", id(), bug);
        if (record.state().isOver()) {
            return;
        }
        RunRecord failed = record.with(RunState.FAILED, means.now(), null, BUG);
        if (becoming == RunState.FAILED) { // this cannot be written
            record = failed;
            changed();
            return;
        }
        ending = true;
        become(failed);
        steps.values().forEach(StepRun::cancel);
    }

    /** Begins; the run is in the journal. */
    void begin() {
        advance();
    }

    /** Takes what the journal has, before anybody else knows the run. */
    void restore(List<StepRecord> before) {
        for (StepRecord each : before) {
            int bracket = each.step().indexOf('[');
            StepRun of = steps.get(bracket < 0 ? each.step() : each.step().substring(0, bracket));
            if (of != null) {
                of.restore(each);
            }
        }
        cancelled =
                (record.state() == RunState.RUNNING && !record.error().isEmpty())
                        || before.stream().anyMatch(it -> it.state() == StepState.CANCELLED);
        before.stream()
                .map(StepRecord::output)
                .filter(Objects::nonNull)
                .forEach(it -> outputBytes += it.json().length());
        view = look();
    }

    /** Makes what the daemon has lost of steps that were done. */
    void makeAgain() {
        steps.values().forEach(StepRun::makeAgain);
    }

    /** Goes on from there. */
    void goOn() {
        for (StepRun step : List.copyOf(steps.values())) {
            if (step.isInterrupted()) {
                step.begin();
                if (cancelled && !step.step().isFinal()) {
                    step.cancel();
                }
            }
        }
        advance();
    }

    /** The value of a reference; null if there is none. */
    @Nullable Node find(Reference reference) {
        return switch (reference.root()) {
            case INPUTS -> {
                Node value = inputs.get(reference.name());
                yield value == null ? null : reference.below(value);
            }
            case ENV -> {
                String value = means.env().apply(reference.name());
                yield value == null ? null : Values.text(value);
            }
            case STEPS -> {
                StepRun step = steps.get(reference.name());
                Node output = step == null ? null : step.record().output();
                yield output == null ? null : reference.below(output);
            }
            case EACH -> null;
        };
    }

    boolean isSkipped(String step) {
        StepRun of = steps.get(step);
        return of == null || of.record().state() == StepState.SKIPPED;
    }

    /** Why an output is too large; null if it is not. */
    @Nullable String takeOutput(int bytes) {
        FlowSettings settings = means.settings().get();
        if (bytes > settings.maxOutputBytes()) {
            return "its output has %d bytes: it may have %s (flows.max_output_bytes)"
                    .formatted(bytes, Units.text(settings.maxOutputBytes()));
        }
        if (outputBytes + bytes > settings.maxJournalBytes()) {
            return "the outputs of this run would take over %s (flows.max_journal_bytes)"
                    .formatted(Units.text(settings.maxJournalBytes()));
        }
        outputBytes += bytes;
        return null;
    }

    /** A step has begun. */
    void changed() {
        view = look();
        listeners.forEach(it -> it.onChanged(view));
    }

    private RunView look() {
        return new RunView(
                record, steps.values().stream().map(StepRun::record).toList(), unknown(), plan);
    }

    /** A step has ended. */
    void onStep() {
        changed();
        advance();
    }

    private boolean has(StepState state) {
        return steps.values().stream().anyMatch(it -> it.record().state() == state);
    }

    private void advance() {
        if (ending || record.state().isOver()) {
            return;
        }
        if (has(StepState.UNKNOWN) && !cancelled) {
            if (steps.values().stream().noneMatch(StepRun::isUnderWay)) {
                become(record.with(RunState.UNKNOWN, null, null, unknownText()));
            }
            return;
        }
        if (record.state() == RunState.UNKNOWN) {
            record = record.with(RunState.RUNNING, null, null, "");
            becoming = RunState.RUNNING;
        }
        boolean stops = cancelled || has(StepState.FAILED);
        boolean underWay = false;
        for (StepRun step : List.copyOf(steps.values())) {
            if (!step.step().isFinal()) {
                if (!stops && step.isWaiting() && isReady(step, false)) {
                    step.begin();
                }
                underWay |= step.isUnderWay();
            }
        }
        if (underWay) {
            return;
        }
        boolean hasFinal = false;
        for (StepRun step : List.copyOf(steps.values())) {
            if (step.step().isFinal()) {
                if (step.isWaiting() && isReady(step, true)) {
                    step.begin();
                }
                hasFinal |= step.isUnderWay();
            }
        }
        if (!hasFinal) {
            end();
        }
    }

    private boolean isReady(StepRun step, boolean last) {
        for (String need : step.step().needs()) {
            StepRun other = steps.get(need);
            if (other != null) {
                boolean isOver =
                        last
                                ? !other.step().isFinal() || other.record().state().isOver()
                                : other.record().state().letsOthersGoOn();
                if (!isOver) {
                    return false;
                }
            }
        }
        return true;
    }

    private String unknownText() {
        List<String> names = unknown();
        return "nobody knows whether %s: look, then culvert flow resume %s --step %s --as done, or --as again"
                .formatted(
                        names.size() == 1
                                ? "the step " + names.getFirst() + " was done"
                                : "these steps were done: " + String.join(", ", names),
                        id(),
                        names.getFirst());
    }

    /** What somebody has to tell about before it goes on. */
    List<String> unknown() {
        List<String> names = new ArrayList<>();
        steps.values().forEach(it -> names.addAll(it.unknown()));
        return names;
    }

    private void end() {
        ending = true;
        RunState state =
                cancelled
                        ? RunState.CANCELLED
                        : has(StepState.FAILED) ? RunState.FAILED : RunState.DONE;
        String why =
                steps.values().stream()
                        .map(it -> it.record().failure())
                        .filter(Objects::nonNull)
                        .map(StepFailure::sentence)
                        .findFirst()
                        .orElse("");
        Node outputs = null;
        if (state == RunState.DONE) {
            outputs = outputs();
        }
        become(
                record.with(
                        state,
                        means.now(),
                        outputs,
                        state == RunState.CANCELLED ? record.error() : why));
    }

    private Node outputs() {
        Map<String, Node> filled = new LinkedHashMap<>();
        List<String> wanted = record.wanted().outputs();
        flow.outputs()
                .forEach((name, node) -> {
                    if (record.wanted().isAll() || wanted.contains(name)) {
                        try {
                            filled.put(name, Template.fill(node, this::find, true));
                        } catch (Template.MissingException e) {
                            throw new IllegalStateException("nothing is missing here", e);
                        }
                    }
                });
        return Values.members(filled);
    }

    private void become(RunRecord next) {
        if (next.state() == becoming) {
            return;
        }
        becoming = next.state();
        FlowStore.RunRow row = next.row();
        write(
                store -> store.save(row),
                () -> {
                    record = next;
                    Instant end = next.ended();
                    means.observer()
                            .onRun(
                                    next.state(),
                                    Duration.between(
                                            next.started(), end == null ? means.now() : end));
                    changed();
                });
    }

    /**
     * Ends it: what runs is cancelled, and what comes last still runs.
     *
     * @param why who wants it
     */
    void cancel(String why) {
        if (cancelled || ending || record.state().isOver()) {
            return;
        }
        cancelled = true;
        record = record.with(RunState.RUNNING, null, null, why);
        becoming = RunState.RUNNING;
        FlowStore.RunRow row = record.row();
        write(
                store -> store.save(row),
                () -> {
                    steps.values().stream()
                            .filter(it -> !it.step().isFinal())
                            .forEach(StepRun::cancel);
                    changed();
                    advance();
                });
    }

    /** Somebody says what happened to a step of {@link #unknown}. */
    void settle(String name, @Nullable Node output) {
        int bracket = name.indexOf('[');
        StepRun step = steps.get(bracket < 0 ? name : name.substring(0, bracket));
        if (step != null) {
            step.settle(name, output);
        }
    }
}
