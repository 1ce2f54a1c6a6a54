package dev.culvert.daemon.plans;

import dev.culvert.infra.Change;
import dev.culvert.infra.Plan;
import dev.culvert.value.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a plan as a flow: a step for each call, one after the other, in the plan's order. */
final class PlanFlow {
    /** What its runs are called. */
    static final String NAME = "infra-apply";

    /** A disk that is cloned can take long. */
    private static final String TIMEOUT = "2h";

    private PlanFlow() {}

    static String text(String state, Plan plan) {
        Map<String, Value> steps = new LinkedHashMap<>();
        String before = "";
        int number = 0;
        for (Change change : plan.changes()) {
            for (int i = 0; i < change.steps().size(); i++) {
                number++;
                String name = "step-" + number;
                Change.Step call = change.steps().get(i);
                Map<String, Value> step = new LinkedHashMap<>();
                step.put(
                        "description",
                        literal(
                                Value.of(
                                        "%s %s %s: %s"
                                                .formatted(
                                                        change.action().word(),
                                                        change.id(),
                                                        change.name(),
                                                        call.what()))));
                if (!before.isEmpty()) {
                    step.put("needs", Value.of(List.of(Value.of(before))));
                }
                step.put("timeout", Value.of(TIMEOUT));
                step.put(
                        ChangeStep.NAME,
                        Value.members(
                                "state",
                                literal(Value.of(state)),
                                "change",
                                literal(only(change, call)),
                                "last",
                                i == change.steps().size() - 1));
                steps.put(name, new Value.Members(step));
                before = name;
            }
        }
        return Value.members(
                        "name",
                        NAME,
                        "description",
                        literal(
                                Value.of(
                                        "The plan %s of the desired state %s"
                                                .formatted(plan.shortDigest(), state))),
                        "steps",
                        new Value.Members(steps))
                .prettyJson();
    }

    private static Value only(Change change, Change.Step call) {
        return new Change(
                        change.id(),
                        change.kind(),
                        change.name(),
                        change.action(),
                        List.of(),
                        change.needs(),
                        List.of(call),
                        List.of())
                .value();
    }

    /** Texts in a flow have references; these have none. */
    private static Value literal(Value value) {
        return switch (value) {
            case Value.Text(String text) -> Value.of(text.replace("${", "$${"));
            case Value.Items(List<Value> items) ->
                    Value.of(items.stream().map(PlanFlow::literal).toList());
            case Value.Members(Map<String, Value> members) -> {
                Map<String, Value> all = new LinkedHashMap<>();
                members.forEach((name, member) -> all.put(name, literal(member)));
                yield new Value.Members(all);
            }
            case Value.Digits _, Value.Truth _, Value.Nothing _ -> value;
        };
    }
}
