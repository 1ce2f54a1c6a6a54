package dev.culvert.mcp;

import dev.culvert.io.Quoted;
import dev.culvert.mcp.Tree.Items;
import dev.culvert.mcp.Tree.Members;
import dev.culvert.mcp.Tree.Nothing;
import dev.culvert.mcp.Tree.Numeral;
import dev.culvert.mcp.Tree.Text;
import dev.culvert.mcp.Tree.Truth;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What a tool says of its structured results: a JSON Schema, of which this checks {@code type},
 * {@code enum}, {@code const}, {@code properties}, {@code required}, {@code additionalProperties},
 * {@code items}, {@code anyOf}, {@code oneOf}, {@code allOf}, {@code $ref} within the schema, and
 * the bounds of numbers, texts and lists. Other keywords, such as {@code pattern}, are not looked
 * at: a server may have written one that takes for ever.
 */
final class OutputSchema {
    /** Beyond it, the rest is not checked. */
    private static final int MOST_STEPS = 200_000;

    private static final int MOST_DEPTH = 64;
    private static final int MOST_DIGITS = 400;

    private final Members root;
    private int steps;

    private OutputSchema(Members root) {
        this.root = root;
    }

    /** Where the value differs from the schema, in a clause; null if it does not. */
    static @Nullable String difference(Members schema, Tree value) {
        return new OutputSchema(schema).check(schema, value, "structuredContent", 0);
    }

    private @Nullable String check(Tree schema, Tree value, String place, int depth) {
        if (schema instanceof Truth(boolean allows)) {
            return allows ? null : place + " must not be there";
        }
        if (!(schema instanceof Members rules) || ++steps > MOST_STEPS || depth > MOST_DEPTH) {
            return null;
        }
        String wrong = checkWhole(rules, value, place, depth);
        if (wrong == null) {
            wrong =
                    switch (value) {
                        case Members object -> checkObject(rules, object, place, depth);
                        case Items list -> checkList(rules, list, place, depth);
                        case Numeral number -> checkNumber(rules, number, place);
                        case Text text -> checkText(rules, text, place);
                        case Truth _, Nothing _ -> null;
                    };
        }
        return wrong;
    }

    private @Nullable String checkWhole(Members rules, Tree value, String place, int depth) {
        Tree type = rules.get("type");
        if (type != null && !isOfType(type, value)) {
            return "%s is %s, and must be %s".formatted(place, kind(value), shown(type));
        }
        Tree only = rules.get("const");
        if (only != null && !same(only, value)) {
            return "%s must be %s".formatted(place, shown(only));
        }
        List<Tree> some = rules.items("enum");
        if (!some.isEmpty() && some.stream().noneMatch(it -> same(it, value))) {
            return "%s is none of its enum".formatted(place);
        }
        if (rules.text("$ref") != null) {
            Tree there = target(String.valueOf(rules.text("$ref")));
            String wrong = there == null ? null : check(there, value, place, depth + 1);
            if (wrong != null) {
                return wrong;
            }
        }
        for (Tree each : rules.items("allOf")) {
            String wrong = check(each, value, place, depth + 1);
            if (wrong != null) {
                return wrong;
            }
        }
        return checkChoices(rules, value, place, depth);
    }

    private @Nullable String checkChoices(Members rules, Tree value, String place, int depth) {
        List<Tree> any = rules.items("anyOf");
        if (!any.isEmpty() && fitting(any, value, place, depth) == 0) {
            return place + " fits none of its anyOf";
        }
        List<Tree> one = rules.items("oneOf");
        if (!one.isEmpty() && fitting(one, value, place, depth) != 1) {
            return place + " does not fit just one of its oneOf";
        }
        return null;
    }

    private long fitting(List<Tree> choices, Tree value, String place, int depth) {
        return choices.stream().filter(it -> check(it, value, place, depth + 1) == null).count();
    }

    private @Nullable Tree target(String reference) {
        if (!reference.startsWith("#")) {
            return null;
        }
        Tree there = root;
        for (String step : reference.substring(1).split("/", -1)) {
            if (!step.isEmpty()) {
                String name = step.replace("~1", "/").replace("~0", "~");
                there = there instanceof Members object ? object.get(name) : null;
            }
        }
        return there;
    }

    private @Nullable String checkObject(Members rules, Members object, String place, int depth) {
        for (Tree name : rules.items("required")) {
            if (name instanceof Text(String text) && object.get(text) == null) {
                return "%s has no '%s'".formatted(place, Quoted.word(text));
            }
        }
        Members properties = rules.members("properties");
        Tree others = rules.get("additionalProperties");
        boolean hasPatterns = rules.get("patternProperties") != null;
        for (Map.Entry<String, Tree> member : object.all().entrySet()) {
            Tree schema = properties.get(member.getKey());
            Tree counts = schema == null && !hasPatterns ? others : schema;
            if (counts != null) {
                String below = place + "." + Quoted.word(member.getKey());
                String wrong = check(counts, member.getValue(), below, depth + 1);
                if (wrong != null) {
                    return wrong;
                }
            }
        }
        return null;
    }

    private @Nullable String checkList(Members rules, Items list, String place, int depth) {
        int size = list.all().size();
        if (size < rules.integer("minItems", 0)
                || size > rules.integer("maxItems", Integer.MAX_VALUE)) {
            return "%s has %d items, which are too few or too many".formatted(place, size);
        }
        Tree items = rules.get("items");
        if (items == null || rules.get("prefixItems") != null) {
            return null;
        }
        for (int i = 0; i < size; i++) {
            String wrong = check(items, list.all().get(i), place + "[" + i + "]", depth + 1);
            if (wrong != null) {
                return wrong;
            }
        }
        return null;
    }

    private static @Nullable String checkText(Members rules, Text text, String place) {
        int length = text.value().codePointCount(0, text.value().length());
        return length < rules.integer("minLength", 0)
                        || length > rules.integer("maxLength", Integer.MAX_VALUE)
                ? "%s has %d characters, which are too few or too many".formatted(place, length)
                : null;
    }

    private static @Nullable String checkNumber(Members rules, Numeral number, String place) {
        boolean fits =
                holds(rules, "minimum", number, (value, bound) -> value.compareTo(bound) >= 0)
                        && holds(
                                rules,
                                "maximum",
                                number,
                                (value, bound) -> value.compareTo(bound) <= 0)
                        && holds(
                                rules,
                                "exclusiveMinimum",
                                number,
                                (value, bound) -> value.compareTo(bound) > 0)
                        && holds(
                                rules,
                                "exclusiveMaximum",
                                number,
                                (value, bound) -> value.compareTo(bound) < 0);
        return fits ? null : place + " is too small or too large";
    }

    private static boolean holds(
            Members rules,
            String keyword,
            Numeral number,
            BiPredicate<BigDecimal, BigDecimal> comparison) {
        if (!(rules.get(keyword) instanceof Numeral bound)) {
            return true;
        }
        BigDecimal value = decimal(number);
        BigDecimal limit = decimal(bound);
        return value == null || limit == null || comparison.test(value, limit);
    }

    /** Null for one that is too long to look at. */
    private static @Nullable BigDecimal decimal(Numeral number) {
        if (number.text().length() > MOST_DIGITS) {
            return null;
        }
        try {
            return new BigDecimal(number.text());
        } catch (NumberFormatException _) {
            return null;
        }
    }

    private static boolean isOfType(Tree type, Tree value) {
        return type instanceof Items some
                ? some.all().stream().anyMatch(it -> isOfType(it, value))
                : !(type instanceof Text(String word)) || isOfType(word, value);
    }

    private static boolean isOfType(String type, Tree value) {
        return switch (type) {
            case "object" -> value instanceof Members;
            case "array" -> value instanceof Items;
            case "string" -> value instanceof Text;
            case "boolean" -> value instanceof Truth;
            case "null" -> value instanceof Nothing;
            case "number" -> value instanceof Numeral;
            case "integer" -> value instanceof Numeral number && isWhole(number);
            default -> true; // of a later version
        };
    }

    private static boolean isWhole(Numeral number) {
        BigDecimal value = decimal(number);
        return value == null || value.stripTrailingZeros().scale() <= 0;
    }

    private static boolean same(Tree one, Tree other) {
        if (one instanceof Numeral first && other instanceof Numeral second) {
            BigDecimal a = decimal(first);
            BigDecimal b = decimal(second);
            return (a != null && b != null) ? a.compareTo(b) == 0 : first.equals(second);
        }
        return one.equals(other);
    }

    private static String kind(Tree value) {
        return switch (value) {
            case Members _ -> "an object";
            case Items _ -> "a list";
            case Text _ -> "a text";
            case Numeral _ -> "a number";
            case Truth _ -> "true or false";
            case Nothing _ -> "null";
        };
    }

    private static String shown(Tree value) {
        return Quoted.word(value instanceof Text(String text) ? text : value.json());
    }
}
