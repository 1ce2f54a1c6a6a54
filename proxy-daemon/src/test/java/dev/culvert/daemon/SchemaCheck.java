package dev.culvert.daemon;

import dev.culvert.settings.Node;
import dev.culvert.settings.Node.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** As much of JSON Schema as the schema of flows uses; refuses a keyword that it does not know. */
final class SchemaCheck {
    private static final Set<String> SILENT = Set.of("$schema", "title", "description", "$defs");

    private final Node.Members root;

    SchemaCheck(Node root) {
        this.root = (Node.Members) root;
    }

    /** What is wrong with a value; empty if nothing is. */
    List<String> mistakes(Node value) {
        List<String> mistakes = new ArrayList<>();
        check("", value, root, mistakes);
        return mistakes;
    }

    private void check(String where, Node value, Node.Members schema, List<String> mistakes) {
        schema.nodes()
                .forEach((keyword, rule) -> {
                    if (!SILENT.contains(keyword)
                            && !holds(where, value, keyword, rule, schema, mistakes)) {
                        mistakes.add(
                                where
                                        + ": "
                                        + keyword
                                        + " "
                                        + rule.json()
                                        + ", and not "
                                        + value.json());
                    }
                });
    }

    private boolean fits(Node value, Node schema) {
        List<String> inner = new ArrayList<>();
        check("", value, (Node.Members) schema, inner);
        return inner.isEmpty();
    }

    /** True also where the mistakes inside are told. */
    private boolean holds(
            String where,
            Node value,
            String keyword,
            Node rule,
            Node.Members schema,
            List<String> mistakes) {
        Map<String, Node> members = value instanceof Node.Members it ? it.nodes() : Map.of();
        return switch (keyword) {
            case "$ref" -> {
                String name = text(rule).replace("#/$defs/", "");
                check(where, value, defined(name), mistakes);
                yield true;
            }
            case "type" -> isOfType(value, text(rule));
            case "enum" -> items(rule).stream().anyMatch(it -> it.json().equals(value.json()));
            case "pattern" ->
                    !(value instanceof Node.Scalar scalar)
                            || java.util.regex.Pattern.compile(text(rule))
                                    .matcher(scalar.text())
                                    .find();
            case "minimum" ->
                    !isOfType(value, "integer")
                            || Long.parseLong(text(value)) >= Long.parseLong(text(rule));
            case "maximum" ->
                    !isOfType(value, "integer")
                            || Long.parseLong(text(value)) <= Long.parseLong(text(rule));
            case "minProperties" -> members.size() >= Integer.parseInt(text(rule));
            case "required" -> items(rule).stream().allMatch(it -> members.containsKey(text(it)));
            case "propertyNames" ->
                    members.keySet().stream()
                            .allMatch(it ->
                                    it.matches(text(((Node.Members) rule).nodes().get("pattern"))));
            case "properties" -> {
                ((Node.Members) rule)
                        .nodes()
                        .forEach((name, inner) -> {
                            Node member = members.get(name);
                            if (member != null) {
                                check(where + "/" + name, member, (Node.Members) inner, mistakes);
                            }
                        });
                yield true;
            }
            case "additionalProperties" -> {
                Node known = schema.nodes().get("properties");
                Set<String> names =
                        known == null ? Set.of() : ((Node.Members) known).nodes().keySet();
                members.forEach((name, member) -> {
                    if (rule instanceof Node.Members inner && !names.contains(name)) {
                        check(where + "/" + name, member, inner, mistakes);
                    }
                });
                yield rule instanceof Node.Members || names.containsAll(members.keySet());
            }
            case "items" -> {
                if (value instanceof Node.Items list) {
                    list.nodes()
                            .forEach(it -> check(where + "/-", it, (Node.Members) rule, mistakes));
                }
                yield true;
            }
            case "anyOf" -> items(rule).stream().anyMatch(it -> fits(value, it));
            case "oneOf" -> items(rule).stream().filter(it -> fits(value, it)).count() == 1;
            default -> throw new AssertionError("the test does not know the keyword " + keyword);
        };
    }

    private Node.Members defined(String name) {
        if (root.nodes().get("$defs") instanceof Node.Members all
                && all.nodes().get(name) instanceof Node.Members found) {
            return found;
        }
        throw new AssertionError("the schema does not define " + name);
    }

    private static List<Node> items(Node node) {
        return ((Node.Items) node).nodes();
    }

    private static String text(@Nullable Node node) {
        return node instanceof Node.Scalar scalar ? scalar.text() : "";
    }

    private static boolean isOfType(Node value, String type) {
        return switch (value) {
            case Node.Members _ -> type.equals("object");
            case Node.Items _ -> type.equals("array");
            case Node.Scalar scalar ->
                    switch (type) {
                        case "string" -> scalar.form() == Form.STRING;
                        case "boolean" -> scalar.form() == Form.BOOLEAN;
                        case "number" -> scalar.form() == Form.NUMBER;
                        case "integer" ->
                                scalar.form() == Form.NUMBER && scalar.text().matches("-?\\d+");
                        default -> false;
                    };
        };
    }
}
