package dev.culvert.daemon.client.settings;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What no tool may touch, whatever a policy says: it may not write what decides here what is run
 * (hooks of Git, tools, the policy itself), and gets no access to files with tokens. Capitals and
 * small letters are the same in these names, because they are on some file systems.
 *
 * @param decisive paths besides those that every project has
 * @param tokens files
 */
record Guard(List<String> decisive, List<String> tokens) {
    static final Guard NONE = new Guard(List.of(), List.of());

    private static final List<String> ALWAYS =
            List.of("**/culvert.jsonc", "**/.culvert", "**/.git");
    private static final int MOST_CHARS = 1_000;
    private static final int MOST_NAMES = 60;

    Guard {
        decisive = List.copyOf(decisive);
        tokens = List.copyOf(tokens);
    }

    /**
     * That of a project.
     *
     * @param tools a folder
     * @param tokens files
     * @throws UsageException if a path is too long for a rule
     */
    static Guard of(Path root, Path tools, List<Path> tokens) throws UsageException {
        Set<String> files = new TreeSet<>();
        for (Path file : tokens) {
            files.add(text(root, file));
        }
        return new Guard(List.of(text(root, tools)), List.copyOf(files));
    }

    /** As a rule has it: relative below the project, else absolute. */
    private static String text(Path root, Path path) throws UsageException {
        String text = path.startsWith(root) ? "./" + root.relativize(path) : path.toString();
        if (text.length() > MOST_CHARS || path.getNameCount() > MOST_NAMES) {
            throw new UsageException(
                    "the path %s is too long: choose a shorter one, with at most %d characters and %d names"
                            .formatted(Quoted.word(text), MOST_CHARS, MOST_NAMES));
        }
        return text;
    }

    /** The text of a policy. */
    String text() {
        List<Value> rules = new ArrayList<>();
        List<String> paths = new ArrayList<>(ALWAYS);
        paths.addAll(decisive);
        rules.add(
                Value.members(
                        "name",
                        "what decides",
                        "decision",
                        "deny",
                        "access",
                        texts(List.of("write")),
                        "blocked_paths",
                        texts(paths),
                        "reason",
                        "it decides what may be run here; a person has to change it"));
        if (!tokens.isEmpty()) {
            rules.add(
                    Value.members(
                            "name",
                            "tokens",
                            "decision",
                            "deny",
                            "access",
                            texts(List.of("read", "write", "list")),
                            "blocked_paths",
                            texts(tokens),
                            "reason",
                            "it has a token, which is for no tool"));
        }
        return Value.members("default", "allow", "rules", Value.of(rules)).json();
    }

    private static Value texts(List<String> texts) {
        return Value.of(texts.stream().map(Value::of).toList());
    }
}
