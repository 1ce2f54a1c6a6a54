package dev.culvert.daemon.flows;

import dev.culvert.daemon.config.FlowSettings;
import dev.culvert.settings.Node;
import dev.culvert.settings.Node.Form;
import dev.culvert.settings.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the steps of a flow. */
final class StepReader {
    static final List<String> TESTS = List.of("equals", "not", "in", "exists");
    static final int MOST_ATTEMPTS = 100;

    private final StepKinds kinds;
    private final FlowSettings settings;
    private final Reading reading;
    private final Map<String, Flow.Input> inputs;
    private final Map<String, Node> nodes;

    StepReader(
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

    Map<String, Flow.Step> read() {
        Map<String, Flow.Step> steps = new LinkedHashMap<>();
        nodes.forEach((id, node) -> {
            Flow.Step step = step(id, node);
            if (step != null) {
                steps.put(id, step);
            }
        });
        return steps;
    }

    private Flow.@Nullable Step step(String id, Node node) {
        if (!FlowReader.NAME.matcher(id).matches()) {
            reading.report(
                    node.position(),
                    "the step '" + id + "' has a wrong name: it must be " + FlowReader.NAMES);
        }
        Map<String, Node> members = reading.members("the step '" + id + "'", node);
        List<String> known = new ArrayList<>(kinds.names());
        known.addAll(FlowReader.MEMBERS_OF_A_STEP.stream().sorted().toList());
        reading.checkNames("the step '" + id + "'", members, known);
        reading.text(members, "description");
        Uses uses = new Uses();
        Flow.Each each = each(members, uses);
        Flow.When when = when(members, uses);
        StepKind kind = kind(id, node, members);
        Node.Members params = params(kind, members, uses, each != null);
        Set<String> needs = new LinkedHashSet<>(uses.steps);
        for (Node.Scalar needed : reading.texts(members, "needs")) {
            if (checkStep(needed.position(), needed.text())) {
                needs.add(needed.text());
            }
        }
        Duration timeout = reading.duration(members, "timeout");
        Flow.Retry retry = retry(members);
        Duration cacheFor = reading.duration(members, "cache");
        Node cache = members.get("cache");
        if (cache != null && kind != null && !kind.mayBeCached()) {
            reading.report(
                    cache.position(),
                    "the step '%s' has 'cache', which no step of the kind %s may have: what it opens ends with its run"
                            .formatted(id, kind.name()));
        }
        boolean isFinal = reading.bool(members, "finally");
        return kind == null
                ? null
                : new Flow.Step(
                        id,
                        kind,
                        params,
                        needs,
                        uses.values,
                        when,
                        each,
                        timeout,
                        retry,
                        cacheFor,
                        isFinal);
    }

    private @Nullable StepKind kind(String id, Node node, Map<String, Node> members) {
        List<String> given = members.keySet().stream().filter(kinds.names()::contains).toList();
        if (given.size() > 1) {
            reading.report(
                    node.position(),
                    "the step '%s' has %s: a step has one kind"
                            .formatted(id, String.join(" and ", given)));
        } else if (given.isEmpty()) {
            reading.report(
                    node.position(),
                    "the step '%s' has no kind: give it one of %s, such as \"%s\": { … }"
                            .formatted(
                                    id,
                                    String.join(", ", kinds.names()),
                                    kinds.names().iterator().next()));
        }
        return given.isEmpty() ? null : kinds.named(given.getFirst());
    }

    private Node.Members params(
            @Nullable StepKind kind, Map<String, Node> members, Uses uses, boolean isEach) {
        Node node = kind == null ? null : members.get(kind.name());
        if (kind == null || node == null) {
            return Values.members(Map.of());
        }
        if (!(node instanceof Node.Members params)) {
            reading.report(node.position(), kind.name() + " must be an object: { … }");
            return Values.members(Map.of());
        }
        uses.isEach = isEach;
        checkReferences(params, uses);
        uses.isEach = false;
        new ParamCheck(reading, this::types).check(kind, params);
        return params;
    }

    private Flow.@Nullable Each each(Map<String, Node> members, Uses uses) {
        Node node = members.get("each");
        if (node == null) {
            return null;
        }
        Node items = node;
        int parallel = 0;
        if (node instanceof Node.Members object) {
            reading.checkNames("each", object.nodes(), List.of("items", "parallel"));
            items = object.nodes().get("items");
            parallel = reading.number(object.nodes(), "parallel", 0, 1, settings.maxEach());
        }
        Reference reference = items == null ? null : Template.only(items);
        if (items == null || (reference == null && !(items instanceof Node.Items))) {
            reading.report(
                    node.position(),
                    "each must be a list, a reference to one, or { \"items\": …, \"parallel\": … }");
            return null;
        }
        checkReferences(items, uses);
        if (reference != null) {
            Set<String> types = types(reference);
            if (types != null && !types.contains("array")) {
                reading.report(
                        items.position(),
                        "${%s} is %s: each takes a list"
                                .formatted(reference, Reading.typeNames(types)));
            }
        } else if (items instanceof Node.Items list && list.nodes().size() > settings.maxEach()) {
            reading.report(
                    items.position(),
                    "each has %d items: there may be %d (flows.max_each)"
                            .formatted(list.nodes().size(), settings.maxEach()));
        }
        return new Flow.Each(items, parallel);
    }

    private Flow.@Nullable When when(Map<String, Node> members, Uses uses) {
        Node node = members.get("when");
        if (node == null) {
            return null;
        }
        Map<String, Node> when = reading.members("when", node);
        List<String> known = new ArrayList<>(TESTS);
        known.add("value");
        reading.checkNames("when", when, known);
        Node value = when.get("value");
        Reference reference = value == null ? null : Template.only(value);
        List<String> tests = TESTS.stream().filter(when::containsKey).toList();
        if (reference == null || tests.size() != 1) {
            reading.report(
                    node.position(),
                    "when must be { \"value\": \"${…}\" } with one of " + String.join(", ", TESTS));
            return null;
        }
        Uses asked = new Uses();
        checkReferences(value, asked);
        uses.steps.addAll(asked.steps);
        String name = tests.getFirst();
        Node than = when.get(name);
        Flow.When.Test test = Flow.When.Test.valueOf(name.toUpperCase(Locale.ROOT));
        boolean fits =
                switch (test) {
                    case EQUALS, NOT -> true;
                    case IN -> than instanceof Node.Items;
                    case EXISTS -> than instanceof Node.Scalar it && it.form() == Form.BOOLEAN;
                };
        if (than == null || !fits) {
            reading.report(
                    node.position(),
                    test == Flow.When.Test.IN
                            ? "in must be a list"
                            : "exists must be true or false");
            return null;
        }
        return new Flow.When(reference, test, than);
    }

    private Flow.Retry retry(Map<String, Node> members) {
        Node node = members.get("retry");
        if (node == null) {
            return Flow.Retry.NONE;
        }
        Map<String, Node> retry = reading.members("retry", node);
        reading.checkNames("retry", retry, List.of("attempts", "backoff"));
        int attempts = reading.number(retry, "attempts", 2, 1, MOST_ATTEMPTS);
        Duration backoff = reading.duration(retry, "backoff");
        return new Flow.Retry(attempts, backoff == null ? Flow.Retry.NONE.backoff() : backoff);
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
    void checkReferences(@Nullable Node node, @Nullable Uses uses) {
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

    private boolean checkStep(Position where, String name) {
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
                .map(StepReader::withNumber)
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
