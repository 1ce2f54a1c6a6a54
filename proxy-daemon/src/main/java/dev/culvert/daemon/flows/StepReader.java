package dev.culvert.daemon.flows;

import dev.culvert.daemon.config.FlowSettings;
import dev.culvert.settings.Node;
import dev.culvert.settings.Node.Form;
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
    private final ReferenceCheck references;

    StepReader(StepKinds kinds, FlowSettings settings, Reading reading, ReferenceCheck references) {
        this.kinds = kinds;
        this.settings = settings;
        this.reading = reading;
        this.references = references;
    }

    Map<String, Flow.Step> read(Map<String, Node> nodes) {
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
        ReferenceCheck.Uses uses = new ReferenceCheck.Uses();
        Flow.Each each = each(members, uses);
        Flow.When when = when(members, uses);
        StepKind kind = kind(id, node, members);
        Node.Members params = params(kind, members, uses, each != null);
        Set<String> needs = new LinkedHashSet<>(uses.steps);
        for (Node.Scalar needed : reading.texts(members, "needs")) {
            if (references.checkStep(needed.position(), needed.text())) {
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
            @Nullable StepKind kind,
            Map<String, Node> members,
            ReferenceCheck.Uses uses,
            boolean isEach) {
        Node node = kind == null ? null : members.get(kind.name());
        if (kind == null || node == null) {
            return Values.members(Map.of());
        }
        if (!(node instanceof Node.Members params)) {
            reading.report(node.position(), kind.name() + " must be an object: { … }");
            return Values.members(Map.of());
        }
        uses.isEach = isEach;
        references.check(params, uses);
        uses.isEach = false;
        new ParamCheck(reading, references::types).check(kind, params);
        return params;
    }

    private Flow.@Nullable Each each(Map<String, Node> members, ReferenceCheck.Uses uses) {
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
        references.check(items, uses);
        if (reference != null) {
            Set<String> types = references.types(reference);
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

    private Flow.@Nullable When when(Map<String, Node> members, ReferenceCheck.Uses uses) {
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
        ReferenceCheck.Uses asked = new ReferenceCheck.Uses();
        references.check(value, asked);
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
}
