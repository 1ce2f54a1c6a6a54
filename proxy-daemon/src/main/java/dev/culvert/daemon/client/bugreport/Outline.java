package dev.culvert.daemon.client.bugreport;

import dev.culvert.value.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** A value without what it says: members stay, and each text and number becomes its kind. */
final class Outline {
    /** Their values are words of ours, which say what happens and name nothing. */
    private static final Set<String> OURS = Set.of("action", "kind", "engine");

    private Outline() {}

    static Value of(Value value) {
        return switch (value) {
            case Value.Members object -> {
                Map<String, Value> members = new LinkedHashMap<>();
                object.members()
                        .forEach((name, member) ->
                                members.put(
                                        name,
                                        OURS.contains(name) && isWord(member)
                                                ? member
                                                : of(member)));
                yield new Value.Members(members);
            }
            case Value.Items list -> Value.of(list.items().stream().map(Outline::of).toList());
            case Value.Text _ -> Value.of("(text)");
            case Value.Digits _ -> Value.of("(number)");
            case Value.Truth _, Value.Nothing _ -> value;
        };
    }

    private static boolean isWord(Value value) {
        return value instanceof Value.Text(String text) && text.matches("[a-z_]{1,20}");
    }
}
