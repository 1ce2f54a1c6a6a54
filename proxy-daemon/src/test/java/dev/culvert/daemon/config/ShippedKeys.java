package dev.culvert.daemon.config;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code culvertd.jsonc} says of each key: the comment above it, and, in the element that a
 * list shows as a comment, the value of each key as an example.
 */
final class ShippedKeys {
    private static final Pattern KEY_LINE = Pattern.compile("\"([a-z_0-9]+)\": ?(.*)");

    private final Map<String, String> comments = new LinkedHashMap<>();
    private final Map<String, String> examples = new LinkedHashMap<>();
    private final Deque<String> sections = new ArrayDeque<>();
    private final List<String> above = new ArrayList<>();

    ShippedKeys(String file) {
        file.lines().dropWhile(it -> !it.equals("{")).skip(1).map(String::strip).forEach(this::add);
    }

    Map<String, String> comments() {
        return comments;
    }

    Map<String, String> examples() {
        return examples;
    }

    private void add(String line) {
        boolean ofElement = section().endsWith("[].") && line.startsWith("// ");
        String inner = ofElement ? line.substring(3).strip() : line;
        Matcher key = KEY_LINE.matcher(inner);
        if (inner.startsWith("//")) {
            above.add(inner.substring(2).strip());
        } else if (key.matches()) {
            String name = section() + key.group(1);
            comments.put(name, String.join(" ", above));
            above.clear();
            if (ofElement) {
                examples.put(name, key.group(2).replaceAll(",$", ""));
            } else if (key.group(2).matches("[{\\[]")) {
                sections.push(name + (key.group(2).equals("[") ? "[]." : "."));
            }
        } else if (!ofElement && inner.matches("[}\\]],?") && !sections.isEmpty()) {
            sections.pop();
            above.clear();
        }
    }

    private String section() {
        return sections.isEmpty() ? "" : sections.peek();
    }
}
