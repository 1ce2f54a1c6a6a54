package dev.culvert.daemon.flows;

import dev.culvert.daemon.config.FlowSettings;
import dev.culvert.settings.Node;
import dev.culvert.settings.Position;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the references in a flow lead to: reports those to what does not exist. */
final class ReferenceCheck {
    private final StepKinds kinds;
    private final FlowSettings settings;
    private final Reading reading;
    private final Map<String, Flow.Input> inputs;
    private final Map<String, Node> nodes;

    /**
     * @param nodes the steps, as they are written
     */
    ReferenceCheck(
            StepKinds kinds,
            FlowSettings settings,
            Reading reading,
            Map<String, Flow.Input> inputs,
            Map<String, Node> nodes) {
        this.kinds = kinds;
        this.settings = settings;
        this.reading = reading;
        this.inputs = inputs;
        this.nodes = nodes;
    }

    /** What a step refers to. */
    static final class Uses {
        final Set<String> steps = new LinkedHashSet<>();
        final Set<String> values = new LinkedHashSet<>();
        boolean isEach;
    }

    /**
     * Reports references to what does not exist.
     *
     * @param uses gets the steps that are referred to; null for an output
     */
    void check(@Nullable Node node, @Nullable Uses uses) {
        if (node != null) {
            Template.scan(
                    node,
                    new Template.Scan(
                            found -> check(found.where().position(), found.reference(), uses),
                            reading::report));
        }
    }

    private void check(Position where, Reference reference, @Nullable Uses uses) {
        String name = reference.name();
        switch (reference.root()) {
            case INPUTS -> {
                if (!inputs.containsKey(name)) {
                    reading.unknown(
                            where, "there is no input '" + name + "'", name, inputs.keySet());
                }
            }
            case STEPS -> {
                if (checkStep(where, name)) {
                    checkResult(where, reference);
                    if (uses != null) {
                        uses.steps.add(name);
                        uses.values.add(name);
                    }
                }
            }
            case EACH -> {
                if (uses == null || !uses.isEach || !List.of("item", "index").contains(name)) {
                    reading.report(
                            where,
                            "${%s} has no value here: ${each.item} and ${each.index} are for the parameters of a step with 'each'"
                                    .formatted(reference));
                }
            }
            case ENV -> FlowReader.checkVariable(reading, settings, where, name);
        }
    }

    /** Whether there is that step; it is reported otherwise. */
    boolean checkStep(Position where, String name) {
        if (!nodes.containsKey(name)) {
            reading.unknown(where, "there is no step '" + name + "'", name, nodes.keySet());
            return false;
        }
        return true;
    }

    private void checkResult(Position where, Reference reference) {
        List<Param> results = results(reference.name());
        List<String> names = results.stream().map(Param::name).toList();
        if (!results.isEmpty()
                && !reference.path().isEmpty()
                && !names.contains(reference.path().getFirst())) {
            String member = reference.path().getFirst();
            reading.unknown(
                    where,
                    "the output of the step '%s' has no member '%s'"
                            .formatted(reference.name(), member),
                    member,
                    names);
        }
    }

    /** What is known of a step's output; nothing of one that runs for each item. */
    private List<Param> results(String id) {
        if (!(nodes.get(id) instanceof Node.Members step) || step.nodes().containsKey("each")) {
            return List.of();
        }
        return kinds.all().stream()
                .filter(it -> step.nodes().containsKey(it.name()))
                .findFirst()
                .map(StepKind::results)
                .orElse(List.of());
    }

    /** The types that a value may have; null if that is not known. */
    @Nullable Set<String> types(Reference reference) {
        return switch (reference.root()) {
            case INPUTS -> {
                Flow.Input input = inputs.get(reference.name());
                yield input == null || input.types().isEmpty() || !reference.path().isEmpty()
                        ? null
                        : withNumber(Set.copyOf(input.types()));
            }
            case ENV -> Set.of("string");
            case EACH -> reference.name().equals("index") ? Set.of("integer", "number") : null;
            case STEPS -> ofResult(reference);
        };
    }

    private @Nullable Set<String> ofResult(Reference reference) {
        if (reference.path().size() != 1) {
            return null;
        }
        return results(reference.name()).stream()
                .filter(it -> it.name().equals(reference.path().getFirst()))
                .findFirst()
                .map(it -> Set.copyOf(it.schema().types()))
                .filter(it -> !it.isEmpty())
                .map(ReferenceCheck::withNumber)
                .orElse(null);
    }

    private static Set<String> withNumber(Set<String> types) {
        if (!types.contains("integer")) {
            return types;
        }
        Set<String> more = new LinkedHashSet<>(types);
        more.add("number");
        return more;
    }
}
