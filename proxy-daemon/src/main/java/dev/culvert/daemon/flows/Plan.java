package dev.culvert.daemon.flows;

import dev.culvert.settings.Node;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Which steps a run asks for. */
final class Plan {
    private Plan() {}

    /** Those that are wanted and those they need, in the order of the flow. */
    static Map<String, Flow.Step> of(Flow flow, RunRecord.Wanted wanted) {
        if (wanted.isAll()) {
            return flow.steps();
        }
        Deque<String> open = new ArrayDeque<>(wanted.steps());
        for (String output : wanted.outputs()) {
            Node node = flow.outputs().get(output);
            if (node != null) {
                Template.scan(
                        node,
                        new Template.Scan(
                                found -> {
                                    if (found.reference().root() == Reference.Root.STEPS) {
                                        open.add(found.reference().name());
                                    }
                                },
                                _ -> {}));
            }
        }
        Set<String> asked = new LinkedHashSet<>();
        while (!open.isEmpty()) {
            String id = open.remove();
            Flow.Step step = flow.steps().get(id);
            if (step != null && asked.add(id)) {
                open.addAll(step.needs());
            }
        }
        boolean grows = true;
        while (grows) { // what comes last may need others that come last
            grows = false;
            for (Flow.Step step : flow.steps().values()) {
                if (step.isFinal() && asked.containsAll(step.needs())) {
                    grows |= asked.add(step.id());
                }
            }
        }
        Map<String, Flow.Step> steps = new LinkedHashMap<>();
        flow.steps()
                .forEach((id, step) -> {
                    if (asked.contains(id)) {
                        steps.put(id, step);
                    }
                });
        return steps;
    }
}
