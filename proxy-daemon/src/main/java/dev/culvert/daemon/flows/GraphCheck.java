package dev.culvert.daemon.flows;

import dev.culvert.settings.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Finds steps that wait for each other, and others that wait for a step that comes last. */
final class GraphCheck {
    private final Reading reading;
    private final Map<String, Node> nodes;
    private final Map<String, Flow.Step> steps;
    private final Set<String> done = new HashSet<>();

    GraphCheck(Reading reading, Map<String, Node> nodes, Map<String, Flow.Step> steps) {
        this.reading = reading;
        this.nodes = nodes;
        this.steps = steps;
    }

    void check() {
        for (Flow.Step step : steps.values()) {
            visit(step);
            checkFinal(step);
        }
    }

    private void checkFinal(Flow.Step step) {
        for (String needed : step.needs()) {
            Flow.Step other = steps.get(needed);
            if (other != null && other.isFinal() && !step.isFinal()) {
                report(
                        step.id(),
                        "the step '%s' needs '%s', which runs after all others (finally): give it finally, too"
                                .formatted(step.id(), needed));
            }
        }
    }

    /** One that is being visited, and which of its needs come next. */
    private record Visit(Flow.Step step, List<String> left) {}

    /** Without recursion: a chain of steps may be longer than the stack. */
    private void visit(Flow.Step first) {
        List<Visit> path = new ArrayList<>();
        Set<String> onPath = new HashSet<>();
        enter(first, path, onPath);
        while (!path.isEmpty()) {
            Visit last = path.getLast();
            if (last.left.isEmpty()) {
                path.removeLast();
                onPath.remove(last.step.id());
                done.add(last.step.id());
                continue;
            }
            String next = last.left.removeLast();
            if (onPath.contains(next)) {
                List<String> circle = new ArrayList<>();
                path.forEach(it -> circle.add(it.step.id()));
                circle.subList(0, circle.indexOf(next)).clear();
                circle.add(next);
                report(
                        last.step.id(),
                        "steps wait for each other in a circle: " + String.join(" needs ", circle));
            } else if (steps.containsKey(next)) {
                enter(Objects.requireNonNull(steps.get(next)), path, onPath);
            }
        }
    }

    private void enter(Flow.Step step, List<Visit> path, Set<String> onPath) {
        if (!done.contains(step.id())) {
            path.add(new Visit(step, new ArrayList<>(step.needs())));
            onPath.add(step.id());
        }
    }

    private void report(String step, String sentence) {
        reading.report(Objects.requireNonNull(nodes.get(step)).position(), sentence);
    }
}
