package dev.culvert.daemon.flows;

import dev.culvert.settings.Node;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A place in what a run knows, such as {@code steps.probe.status}.
 *
 * @param name of the input, the step, the variable, or {@code item} or {@code index}
 * @param path from there: names of members, and numbers of items from 0
 */
/* The path is a JSON Pointer (RFC 6901) with a dot in the place of the slash: ~0 stands for ~, and ~1 for a dot. */
record Reference(Root root, String name, List<String> path) {
    enum Root {
        INPUTS,
        STEPS,
        EACH,
        ENV;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static final String FORMS =
            "${inputs.NAME}, ${steps.STEP.MEMBER}, ${each.item}, ${each.index} and ${env.NAME}";

    Reference {
        path = List.copyOf(path);
    }

    /**
     * Reads what stands between the braces.
     *
     * @throws IllegalArgumentException a clause, when it is no reference
     */
    static Reference parse(String text) {
        List<String> parts = List.of(text.split("\\.", -1));
        Root root = null;
        for (Root each : Root.values()) {
            root = each.label().equals(parts.getFirst()) ? each : root;
        }
        if (root == null || parts.size() < 2 || parts.contains("")) {
            throw new IllegalArgumentException(
                    "${" + text + "} is not a reference: there are " + FORMS);
        }
        List<String> path =
                parts.subList(2, parts.size()).stream()
                        .map(it -> it.replace("~1", ".").replace("~0", "~"))
                        .toList();
        return new Reference(root, parts.get(1), path);
    }

    /** What is at the path below {@code node}; null if there is nothing. */
    @Nullable Node below(Node node) {
        Node at = node;
        for (String each : path) {
            at =
                    switch (at) {
                        case Node.Members members -> members.nodes().get(each);
                        case Node.Items items -> item(items.nodes(), each);
                        case Node.Scalar _ -> null;
                    };
            if (at == null) {
                return null;
            }
        }
        return at;
    }

    private static @Nullable Node item(List<Node> items, String index) {
        if (!index.matches("0|[1-9][0-9]{0,5}")) {
            return null;
        }
        int number = Integer.parseInt(index);
        return number < items.size() ? items.get(number) : null;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(root.label()).append('.').append(name);
        for (String each : path) {
            text.append('.').append(each.replace("~", "~0").replace(".", "~1"));
        }
        return text.toString();
    }
}
