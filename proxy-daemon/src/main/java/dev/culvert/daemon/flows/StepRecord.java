package dev.culvert.daemon.flows;

import dev.culvert.settings.Node;
import dev.culvert.settings.Node.Form;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a step of a run, or of one item of it. Immutable.
 *
 * @param step its id; {@code probe[3]} for an item
 * @param attempt the latest; 0 before the first
 * @param items how many it runs for; -1 if it runs once
 * @param lineage what it was given: for each reference, what it was
 * @param output null if there is none
 * @param failure null if it did not fail
 * @param isCached whether the output is that of an earlier run
 */
public record StepRecord(
        String step,
        StepState state,
        int attempt,
        @Nullable Instant started,
        @Nullable Instant ended,
        int items,
        Map<String, Given> lineage,
        @Nullable Node output,
        @Nullable StepFailure failure,
        boolean isCached) {
    /** The name in the lineage of what the file says about the step. */
    public static final String DEFINITION = "definition";

    /**
     * A value that a step was given.
     *
     * @param digest SHA-256
     * @param shown the value as JSON, cut; empty if it must not be shown
     */
    public record Given(String digest, String shown) {}

    public StepRecord {
        lineage = Map.copyOf(lineage);
    }

    static StepRecord waiting(String step) {
        return new StepRecord(
                step, StepState.WAITING, 0, null, null, -1, Map.of(), null, null, false);
    }

    StepRecord started(int which, Instant now, int count, Map<String, Given> given) {
        return new StepRecord(
                step,
                StepState.STARTED,
                which,
                started == null ? now : started,
                null,
                count,
                given,
                null,
                null,
                false);
    }

    StepRecord done(Instant now, Node result, boolean fromCache) {
        return new StepRecord(
                step,
                StepState.DONE,
                attempt,
                started == null ? now : started,
                now,
                items,
                lineage,
                result,
                null,
                fromCache);
    }

    StepRecord over(StepState how, Instant now, @Nullable StepFailure why) {
        return new StepRecord(step, how, attempt, started, now, items, lineage, null, why, false);
    }

    FlowStore.StepRow row(String run, Instant now) {
        Map<String, Node> members = new LinkedHashMap<>();
        members.put("attempt", Values.number(attempt));
        members.put("items", Values.number(items));
        if (started != null) {
            members.put("started", Values.text(started.toString()));
        }
        if (ended != null) {
            members.put("ended", Values.text(ended.toString()));
        }
        Map<String, Node> given = new LinkedHashMap<>();
        lineage.forEach((name, it) ->
                given.put(
                        name,
                        Values.members(
                                Map.of(
                                        "digest",
                                        Values.text(it.digest()),
                                        "shown",
                                        Values.text(it.shown())))));
        members.put("lineage", Values.members(given));
        if (output != null) {
            members.put("output", output);
        }
        if (failure != null) {
            members.put("code", Values.text(failure.code()));
            members.put("error", Values.text(failure.sentence()));
        }
        members.put("cached", Values.bool(isCached));
        return new FlowStore.StepRow(
                run,
                step,
                state.label(),
                now,
                Values.members(members).json().getBytes(StandardCharsets.UTF_8));
    }

    /** Throws an IllegalArgumentException when nobody can read it. */
    static StepRecord of(FlowStore.StepRow row) {
        Map<String, Node> members =
                RunRecord.members(new String(row.content(), StandardCharsets.UTF_8));
        Map<String, Given> lineage = new LinkedHashMap<>();
        if (members.get("lineage") instanceof Node.Members given) {
            given.nodes()
                    .forEach((name, node) -> {
                        Map<String, Node> it = ((Node.Members) node).nodes();
                        lineage.put(
                                name,
                                new Given(
                                        RunRecord.text(it, "digest"), RunRecord.text(it, "shown")));
                    });
        }
        String code = RunRecord.text(members, "code");
        return new StepRecord(
                row.step(),
                StepState.of(row.state()).orElseThrow(IllegalArgumentException::new),
                (int) RunRecord.number(members, "attempt"),
                RunRecord.instant(members, "started"),
                RunRecord.instant(members, "ended"),
                (int) RunRecord.number(members, "items"),
                lineage,
                members.get("output"),
                code.isEmpty()
                        ? null
                        : new StepFailure(code, RunRecord.text(members, "error"), false),
                members.get("cached") instanceof Node.Scalar cached
                        && cached.form() == Form.BOOLEAN
                        && cached.text().equals("true"));
    }
}
