package dev.culvert.daemon.client.workspace;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.infra.Canonical;
import dev.culvert.infra.Change.Action;
import dev.culvert.infra.Change.Attribute;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A plan that Terraform made, and keeps in a file of its own.
 *
 * @param engine the program that made it
 * @param version of that program
 * @param saved the SHA-256 of Terraform's file
 */
public record TerraformPlan(
        String workspace, String engine, String version, String saved, List<Resource> changes) {
    private static final String ENGINE = "engine";
    private static final String DIGEST = "digest";
    private static final int SHORT = 12;

    /**
     * What becomes of a resource.
     *
     * @param action empty if it is only imported
     * @param imported the id of what is imported; empty for nothing
     */
    public record Resource(
            String address, String action, String imported, List<Attribute> attributes) {
        public Resource {
            attributes = List.copyOf(attributes);
        }

        /** What it is in a plan; a change if it is only imported. */
        public Action as() {
            return action.isEmpty()
                    ? Action.CHANGE
                    : Action.valueOf(action.toUpperCase(Locale.ROOT));
        }

        private Value value() {
            return Value.members(
                    "address", address,
                    "action", action,
                    "imported", imported,
                    "attributes", Value.of(attributes.stream().map(Attribute::value).toList()));
        }
    }

    public TerraformPlan {
        changes = List.copyOf(changes);
    }

    /** Of Terraform's file and of all that is shown of it. */
    public String digest() {
        return Canonical.digest(content());
    }

    public String shortDigest() {
        return digest().substring(0, SHORT);
    }

    public boolean isEmpty() {
        return changes.isEmpty();
    }

    private Value content() {
        return Value.members(
                ENGINE,
                engine,
                "workspace",
                workspace,
                "version",
                version,
                "saved",
                saved,
                "changes",
                Value.of(changes.stream().map(Resource::value).toList()));
    }

    public Value value() {
        Map<String, Value> members = new LinkedHashMap<>(content().map());
        members.put(DIGEST, Value.of(digest()));
        return new Value.Members(members);
    }

    /** Whether a text is a plan of Terraform, and not one of our own. */
    public static boolean isOne(String text) {
        try {
            return !Value.parse(text).at(ENGINE).isNothing();
        } catch (BadValueException _) {
            return false;
        }
    }

    public static TerraformPlan parse(String name, String text) throws UsageException {
        try {
            Value value = Value.parse(text);
            List<Resource> changes = new ArrayList<>();
            for (Value each : value.at("changes").list()) {
                changes.add(
                        new Resource(
                                each.text("address"),
                                each.text("action"),
                                each.text("imported"),
                                each.at("attributes").list().stream()
                                        .map(it ->
                                                new Attribute(
                                                        it.text("name"),
                                                        it.text("from"),
                                                        it.text("to")))
                                        .toList()));
            }
            TerraformPlan plan =
                    new TerraformPlan(
                            value.text("workspace"),
                            value.text(ENGINE),
                            value.text("version"),
                            value.text("saved"),
                            changes);
            if (!plan.digest().equals(value.text(DIGEST))) {
                throw new UsageException("%s was changed since it was made".formatted(name));
            }
            return plan;
        } catch (BadValueException e) {
            throw new UsageException("%s is no plan: %s".formatted(name, e.getMessage()));
        }
    }

    /** What {@code show -json} says will change. */
    static List<Resource> resources(Value shown) {
        List<Resource> changes = new ArrayList<>();
        for (Value each : shown.at("resource_changes").list()) {
            Value change = each.at("change");
            String action = action(change.at("actions").list().stream().map(Value::text).toList());
            String imported = change.at("importing").text("id");
            if (!action.isEmpty() || !imported.isEmpty()) {
                changes.add(
                        new Resource(each.text("address"), action, imported, attributes(change)));
            }
        }
        return changes;
    }

    private static String action(List<String> actions) {
        return switch (String.join(",", actions)) {
            case "create" -> Action.CREATE.word();
            case "update" -> Action.CHANGE.word();
            case "delete" -> Action.DESTROY.word();
            case "delete,create", "create,delete" -> Action.REPLACE.word();
            default -> "";
        };
    }

    private static List<Attribute> attributes(Value change) {
        Set<String> names = new TreeSet<>(change.at("before").map().keySet());
        names.addAll(change.at("after").map().keySet());
        names.addAll(change.at("after_unknown").map().keySet());
        List<Attribute> attributes = new ArrayList<>();
        for (String name : names) {
            String from = shown(change, "before", name);
            boolean isUnknown =
                    !change.at("after").isNothing() && isSet(change.at("after_unknown", name));
            String to = isUnknown ? "(known later)" : shown(change, "after", name);
            boolean isSecret = isSecret(change, "before", name) || isSecret(change, "after", name);
            if (isSecret || !from.equals(to)) {
                attributes.add(new Attribute(name, from, to));
            }
        }
        return attributes;
    }

    private static String shown(Value change, String side, String name) {
        return isSecret(change, side, name) ? "(sensitive)" : change.at(side, name).text();
    }

    private static boolean isSecret(Value change, String side, String name) {
        Value marks = change.at(side + "_sensitive");
        return isSet(marks instanceof Value.Truth ? marks : marks.at(name));
    }

    /** Whether a mark, or one below it, is true. */
    private static boolean isSet(Value mark) {
        return switch (mark) {
            case Value.Truth(boolean truth) -> truth;
            case Value.Members(Map<String, Value> members) ->
                    members.values().stream().anyMatch(TerraformPlan::isSet);
            case Value.Items(List<Value> items) -> items.stream().anyMatch(TerraformPlan::isSet);
            case Value.Text _, Value.Digits _, Value.Nothing _ -> false;
        };
    }
}
