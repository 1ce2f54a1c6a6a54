package dev.culvert.settings;

import dev.culvert.about.Spelling;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The layer of environment variables. */
record Environment(String prefix, Map<String, String> variables) implements Layer {
    private static final int SLIP = 2;

    @Override
    public @Nullable Node at(String path) {
        String name = name(path);
        String text = variables.get(name);
        return text == null ? null : Node.plain(position(name), text);
    }

    @Override
    public List<Mistake> mistakes(Collection<String> paths) {
        List<String> known = paths.stream().map(this::name).toList();
        List<Mistake> mistakes = new ArrayList<>();
        for (String name : variables.keySet()) {
            if (name.startsWith(prefix) && !known.contains(name)) {
                Spelling.nearest(name, known, SLIP)
                        .map(near -> "no such setting: did you mean " + near + "?")
                        .ifPresent(it -> mistakes.add(new Mistake(position(name), it)));
            }
        }
        return mistakes;
    }

    private String name(String path) {
        return prefix + path.toUpperCase(Locale.ROOT).replace('.', '_');
    }

    private static Position position(String name) {
        return Position.of("environment " + name);
    }
}
