package dev.culvert.daemon.flows;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.flows.FlowRefusal.Why;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a step of a run was given, against the run before.
 *
 * @param before the run of the same flow before it that had the step; null if there is none
 * @param changes what it was given otherwise
 * @param same what it was given as before
 */
public record Lineage(
        String run, String step, @Nullable String before, List<Change> changes, List<String> same) {
    /**
     * Something that a step was given.
     *
     * @param input a reference, or {@code definition} for what the file says about the step
     * @param before as JSON, cut; null if it had none, or it must not be shown
     * @param now the same
     * @param step whose output it is a part of; null if it is of none
     */
    public record Change(
            String input, @Nullable String before, @Nullable String now, @Nullable String step) {}

    public Lineage {
        changes = List.copyOf(changes);
        same = List.copyOf(same);
    }

    /** Compares. Blocks. */
    public static Lineage of(Flows flows, String id, String step, Caller caller)
            throws FlowRefusal, IOException {
        RunRecord run = flows.head(id, caller);
        StepRecord now = find(flows.store(), id, step);
        if (now == null || now.lineage().isEmpty()) {
            throw new FlowRefusal(
                    Why.NOT_FOUND,
                    "The run '%s' has not begun a step '%s': culvert flow show %s lists its steps."
                            .formatted(id, Quoted.word(step), id));
        }
        for (RunRecord other : flows.of(caller)) {
            if (other.flow().equals(run.flow())
                    && other.tenant().equals(run.tenant())
                    && other.started().isBefore(run.started())) {
                StepRecord then = find(flows.store(), other.id(), step);
                if (then != null && !then.lineage().isEmpty()) {
                    return compare(run.id(), other.id(), now, then);
                }
            }
        }
        return new Lineage(id, step, null, List.of(), List.copyOf(now.lineage().keySet()));
    }

    private static @Nullable StepRecord find(FlowStore store, String run, String step)
            throws IOException {
        for (FlowStore.StepRow row : store.steps(run)) {
            if (row.step().equals(step)) {
                return StepRecord.of(row);
            }
        }
        return null;
    }

    private static Lineage compare(String run, String before, StepRecord now, StepRecord then) {
        List<Change> changes = new ArrayList<>();
        List<String> same = new ArrayList<>();
        Map<String, StepRecord.Given> old = new TreeMap<>(then.lineage());
        TreeSet<String> names = new TreeSet<>(now.lineage().keySet());
        names.addAll(old.keySet());
        for (String name : names) {
            StepRecord.Given is = now.lineage().get(name);
            StepRecord.Given was = old.get(name);
            if (is != null && was != null && is.digest().equals(was.digest())) {
                same.add(name);
            } else {
                changes.add(new Change(name, shown(was), shown(is), stepOf(name)));
            }
        }
        return new Lineage(run, now.step(), before, changes, same);
    }

    private static @Nullable String shown(StepRecord.@Nullable Given given) {
        return given == null || given.shown().isEmpty() ? null : given.shown();
    }

    private static @Nullable String stepOf(String name) {
        return name.startsWith("steps.") ? name.split("\\.", 3)[1] : null;
    }
}
