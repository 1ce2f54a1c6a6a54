package dev.culvert.daemon.client.compliance;

import dev.culvert.daemon.client.output.JUnitXml.State;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A declared check of a list.
 *
 * @param of which list
 * @param where which of its items
 * @param must what each of them has to be
 * @param count how many there have to be, such as {@code >= 2}
 */
record Rule(
        String name,
        Lists.Kind of,
        List<Condition> where,
        List<Condition> must,
        Optional<String> count,
        String advice) {

    Rule {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a check needs \"name\": what it says, in words");
        }
        if (must.isEmpty() && count.isEmpty()) {
            throw new IllegalArgumentException(
                    "the check \"%s\" needs \"must\" or \"count\"".formatted(name));
        }
        count.filter(it -> !Condition.isComparison(it))
                .ifPresent(it -> {
                    throw new IllegalArgumentException(
                            "count is \"%s\": it takes <, <=, > or >= and a number, such as \">= 2\""
                                    .formatted(it));
                });
    }

    static Rule read(Section section) {
        return new Rule(
                section.get("name", Kind.TEXT, ""),
                section.get("of", Kind.choice(Lists.Kind.class), Lists.Kind.GUESTS),
                conditions(section.get("where", Kind.OBJECT, "{}")),
                conditions(section.get("must", Kind.OBJECT, "{}")),
                section.find("count", Kind.TEXT),
                section.get("advice", Kind.TEXT, ""));
    }

    private static List<Condition> conditions(String json) {
        try {
            return Value.parse(json).map().entrySet().stream()
                    .map(it -> new Condition(it.getKey(), it.getValue().text()))
                    .toList();
        } catch (BadValueException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    Finding check(List<Value> all) {
        List<Value> items =
                all.stream()
                        .filter(it -> where.stream().allMatch(each -> each.isMetBy(it)))
                        .toList();
        List<String> why = new ArrayList<>();
        for (Value item : items) {
            for (Condition each : must) {
                if (!each.isMetBy(item)) {
                    why.add(Lists.name(item) + ": " + each.instead(item));
                }
            }
        }
        count.filter(it -> !Condition.holds(it, items.size()))
                .ifPresent(it ->
                        why.add("there are %d, and there must be %s".formatted(items.size(), it)));
        return new Finding(
                "declared", name, why.isEmpty() ? State.PASSED : State.FAILED, why, advice);
    }
}
