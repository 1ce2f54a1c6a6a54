package dev.culvert.daemon.steps;

import dev.culvert.daemon.flows.Values;
import dev.culvert.settings.Node;
import dev.culvert.settings.Node.Form;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads JSON values, also where nothing is. */
final class Params {
    private Params() {}

    /** The value of a member; null if there is none. */
    static @Nullable Node member(@Nullable Node of, String name) {
        return of instanceof Node.Members members ? members.nodes().get(name) : null;
    }

    /** The text of a member; empty if it has none. */
    static String text(@Nullable Node of, String name) {
        return text(member(of, name));
    }

    static String text(@Nullable Node of) {
        return of instanceof Node.Scalar scalar && scalar.form() != Form.NULL ? scalar.text() : "";
    }

    /** A whole number; 0 if there is none. */
    static long number(@Nullable Node of, String name) {
        String text = text(of, name);
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    static boolean isTrue(@Nullable Node of, String name, boolean byDefault) {
        Node node = member(of, name);
        return node == null ? byDefault : node.json().equals("true");
    }

    /** The elements of a list; none if there is none. */
    static List<Node> items(@Nullable Node of, String name) {
        return member(of, name) instanceof Node.Items items ? items.nodes() : List.of();
    }

    static boolean has(Node.Members params, String name) {
        Node node = params.nodes().get(name);
        return node != null && !(node instanceof Node.Scalar scalar && scalar.form() == Form.NULL);
    }

    /** An object with those of the members that there are. */
    static Node.Members only(Node.Members params, String... names) {
        Map<String, Node> kept = new LinkedHashMap<>();
        for (String name : names) {
            Node node = params.nodes().get(name);
            if (node != null && has(params, name)) {
                kept.put(name, node);
            }
        }
        return Values.members(kept);
    }
}
