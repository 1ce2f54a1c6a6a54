package dev.culvert.daemon.flows;

import dev.culvert.settings.Node;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One step of a run, with all items that it runs for. Confined to the run's event loop. */
final class StepRun {
    private final FlowRun run;
    private final Flow.Step step;
    private StepRecord record;

    /** What is known of items from before a restart, by their names. */
    private final Map<String, StepRecord> itemsBefore = new HashMap<>();

    private final Map<String, StepWork> works = new HashMap<>();
    private final Map<String, StepRecord> unknown = new HashMap<>();

    /** Those of which somebody has just said what happened. */
    private final Set<String> settling = new HashSet<>();

    private List<Node> items = List.of();
    private List<@Nullable Node> outputs = List.of();
    private int next;
    private int left;
    private boolean begun;
    private boolean cancelled;
    private @Nullable StepRecord worst;

    StepRun(FlowRun run, Flow.Step step) {
        this.run = run;
        this.step = step;
        record = StepRecord.waiting(step.id());
    }

    Flow.Step step() {
        return step;
    }

    StepRecord record() {
        StepWork only = works.get(step.id());
        return only != null && record.state() == StepState.WAITING ? only.record() : record;
    }

    /** Whether it has begun, and has not ended. */
    boolean isUnderWay() {
        return begun && !record.state().isOver() && record.state() != StepState.UNKNOWN;
    }

    boolean isWaiting() {
        return !begun && record.state() == StepState.WAITING;
    }

    /** Takes what the journal has of it. */
    void restore(StepRecord before) {
        if (before.step().equals(step.id())) {
            record = before;
        } else {
            itemsBefore.put(before.step(), before);
        }
    }

    /** Makes what the daemon has lost of it, if it was done. */
    void makeAgain() {
        StepRecord whole = step.each() == null ? record : StepRecord.waiting(step.id());
        Stream.concat(Stream.of(whole), itemsBefore.values().stream())
                .forEach(it -> {
                    Node output = it.output();
                    if (it.state() == StepState.DONE && output != null) {
                        step.kind()
                                .again(run.id() + "." + it.step(), run.record().caller(), output);
                    }
                });
    }

    /** Whether it had begun when the daemon ended. */
    boolean isInterrupted() {
        return !begun && record.state() == StepState.STARTED;
    }

    /** Begins, or skips it. Its needs have ended. */
    void begin() {
        begun = true;
        Filling filling = new Filling(run::find, step.isFinal());
        Flow.When when = step.when();
        if (when != null && !when.holds(filling.find(when.value()))) {
            over(record.over(StepState.SKIPPED, now(), null));
            return;
        }
        if (!step.isFinal() && step.uses().stream().anyMatch(run::isSkipped)) {
            over(record.over(StepState.SKIPPED, now(), null));
            return;
        }
        try {
            Flow.Each each = step.each();
            if (each == null) {
                beginOnce(filling);
            } else {
                beginEach(each, filling);
            }
        } catch (Template.MissingException e) {
            fail("missing_value", "the step '" + step.id() + "' cannot begin: " + e.getMessage());
        }
    }

    private void beginOnce(Filling filling) throws Template.MissingException {
        Node.Members params = (Node.Members) filling.fill(step.params());
        StepRecord first = record.started(record.attempt(), now(), -1, filling.lineage(step));
        start(step.id(), first, params);
    }

    private void start(String name, StepRecord first, Node.Members params) {
        String wrong = ParamCheck.check(step.kind(), params, name);
        StepWork work = new StepWork(run, step, first, params, this::onEnded);
        works.put(name, work);
        StepRecord before = name.equals(step.id()) ? record : itemsBefore.get(name);
        if (wrong != null) {
            works.remove(name);
            if (step.each() == null) {
                fail("bad_parameter", wrong);
            } else {
                worst = failed("bad_parameter", wrong);
            }
        } else if (before != null && before.state() == StepState.STARTED) {
            record = name.equals(step.id()) ? StepRecord.waiting(name) : record;
            work.beginAgain();
        } else {
            work.begin();
        }
    }

    private void beginEach(Flow.Each each, Filling filling) throws Template.MissingException {
        Node list = filling.fill(each.items());
        int most = run.means().settings().get().maxEach();
        if (!(list instanceof Node.Items found)) {
            fail(
                    "bad_parameter",
                    "each of the step '%s' is %s: it takes a list"
                            .formatted(step.id(), Reading.shown(list)));
        } else if (found.nodes().size() > most) {
            fail(
                    "too_many_items",
                    "each of the step '%s' has %d items: there may be %d (flows.max_each)"
                            .formatted(step.id(), found.nodes().size(), most));
        } else {
            items = found.nodes();
            outputs = new ArrayList<>(Collections.nCopies(items.size(), null));
            left = items.size();
            record = record.started(1, now(), items.size(), filling.lineage(step));
            FlowStore.StepRow row = record.row(run.id(), now());
            run.changed();
            run.write(store -> store.save(row), this::beginItems);
        }
    }

    private void beginItems() {
        int parallel = step.each() == null ? 0 : step.each().parallel();
        int most = parallel == 0 ? run.means().settings().get().eachParallel() : parallel;
        while (worst == null && !cancelled && next < items.size() && works.size() < most) {
            beginItem(next++);
        }
        if (works.isEmpty()) {
            endEach();
        }
    }

    private void beginItem(int index) {
        String name = step.id() + "[" + index + "]";
        StepRecord before = itemsBefore.get(name);
        if (before != null && before.state() == StepState.DONE) {
            outputs.set(index, before.output());
            left--;
            return;
        }
        if (before != null && before.state().isOver()) {
            worst = before;
            return;
        }
        Filling filling = new Filling(at -> item(at, index), step.isFinal());
        try {
            Node.Members params = (Node.Members) filling.fill(step.params());
            StepRecord from = before == null ? StepRecord.waiting(name) : before;
            StepRecord first = from.started(from.attempt(), now(), -1, filling.lineage(step));
            start(name, first, params);
        } catch (Template.MissingException e) {
            worst =
                    failed(
                            "missing_value",
                            "the step '" + name + "' cannot begin: " + e.getMessage());
        }
    }

    private @Nullable Node item(Reference reference, int index) {
        if (reference.root() != Reference.Root.EACH) {
            return run.find(reference);
        }
        return reference.below(
                reference.name().equals("index") ? Values.number(index) : items.get(index));
    }

    private void onEnded(StepWork work) {
        StepRecord ended = work.record();
        works.remove(ended.step());
        if (step.each() == null) {
            record = ended;
            if (ended.state() == StepState.UNKNOWN) {
                unknown.put(ended.step(), ended);
            }
            run.onStep();
            return;
        }
        int from = step.id().length() + 1;
        int index = Integer.parseInt(ended.step().substring(from, ended.step().length() - 1));
        itemsBefore.put(ended.step(), ended);
        if (ended.state() == StepState.DONE) {
            outputs.set(index, ended.output());
            left--;
        } else {
            if (ended.state() == StepState.UNKNOWN) {
                unknown.put(ended.step(), ended);
            }
            worst = worst == null ? ended : worst;
        }
        beginItems();
    }

    private void endEach() {
        StepRecord why = worst;
        if (left == 0) {
            List<Node> all = new ArrayList<>();
            outputs.forEach(it -> all.add(it == null ? Values.NULL : it));
            over(record.done(now(), Values.items(all), false));
        } else if (why != null) {
            over(record.over(why.state(), now(), why.failure()));
        } else {
            over(record.over(StepState.CANCELLED, now(), null));
        }
    }

    private void fail(String code, String sentence) {
        over(failed(code, sentence));
    }

    private StepRecord failed(String code, String sentence) {
        return record.over(StepState.FAILED, now(), new StepFailure(code, sentence, false));
    }

    private void over(StepRecord last) {
        FlowStore.StepRow row = last.row(run.id(), now());
        run.write(
                store -> store.save(row),
                () -> {
                    record = last;
                    run.onStep();
                });
    }

    void cancel() {
        cancelled = true;
        List.copyOf(works.values()).forEach(StepWork::cancel);
    }

    /** The names of the steps or items of which nobody knows whether they were done. */
    List<String> unknown() {
        List<String> names = new ArrayList<>(unknown.keySet());
        if (names.isEmpty() && record.state() == StepState.UNKNOWN) {
            itemsBefore.forEach((name, it) -> {
                if (it.state() == StepState.UNKNOWN) {
                    names.add(name);
                }
            });
            if (names.isEmpty()) {
                names.add(step.id());
            }
        }
        names.sort(null);
        return names;
    }

    /**
     * Somebody says what happened to what is unknown.
     *
     * @param output of what was done; null if it was not, so that it begins again
     */
    void settle(String name, @Nullable Node output) {
        StepRecord before = name.equals(step.id()) ? record : itemsBefore.get(name);
        if (before == null || before.state() != StepState.UNKNOWN || !settling.add(name)) {
            return; // somebody else was faster
        }
        StepRecord now =
                output == null
                        ? new StepRecord(
                                name,
                                StepState.WAITING,
                                before.attempt(),
                                before.started(),
                                null,
                                before.items(),
                                before.lineage(),
                                null,
                                null,
                                false)
                        : before.done(now(), output, false);
        FlowStore.StepRow row = now.row(run.id(), now());
        run.write(store -> store.save(row), () -> onSettled(name, now));
    }

    private void onSettled(String name, StepRecord settled) {
        unknown.remove(name);
        settling.remove(name);
        if (name.equals(step.id())) {
            record = settled;
        } else {
            itemsBefore.put(name, settled);
            if (unknown().isEmpty() || unknown().equals(List.of(step.id()))) {
                record = StepRecord.waiting(step.id());
            }
        }
        begun = false;
        next = 0;
        worst = null;
        run.onStep();
    }

    private Instant now() {
        return run.means().now();
    }
}
