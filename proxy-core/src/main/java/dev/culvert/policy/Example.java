package dev.culvert.policy;

import dev.culvert.about.Units;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Node;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An action in a rule's tests: a command line, a path, a file with its size, or the name of a tool.
 *
 * @param words of a command; the only one if it was written as one text
 * @param isList whether it was written as a list
 * @param bytes of a file; negative for one without a size
 */
record Example(List<String> words, boolean isList, long bytes) {
    static final Kind<Example> KIND =
            Kind.of(
                    "a text, a list of texts, or a file with its size such as {\"path\": \"a.log\", \"bytes\": \"2MiB\"}",
                    Example::read,
                    Example::json);

    private static final String PATH = "path";
    private static final String BYTES = "bytes";
    private static final long NO_SIZE = -1;

    Example {
        words = List.copyOf(words);
    }

    private static Optional<Example> read(Node node) {
        if (node instanceof Node.Members file) {
            return sized(file);
        }
        return Texts.read(node)
                .filter(words -> !words.isEmpty())
                .map(words -> new Example(words, node instanceof Node.Items, NO_SIZE));
    }

    private static Optional<Example> sized(Node.Members file) {
        if (file.nodes().keySet().equals(Set.of(PATH, BYTES))
                && file.nodes().get(PATH) instanceof Node.Scalar path
                && path.form() == Node.Form.STRING
                && file.nodes().get(BYTES) instanceof Node.Scalar bytes
                && (bytes.form() == Node.Form.STRING || bytes.form() == Node.Form.NUMBER)) {
            return Optional.of(
                    new Example(List.of(path.text()), false, Units.largeBytes(bytes.text())));
        }
        return Optional.empty();
    }

    private String json() {
        if (bytes >= 0) {
            return "{\"path\": %s, \"bytes\": %s}"
                    .formatted(Node.quote(words.getFirst()), Node.quote(Units.text(bytes)));
        }
        return isList ? Texts.json(words) : Node.quote(words.getFirst());
    }

    /**
     * As the rule's condition takes it. A command runs in the first folder in which the rule says
     * that it may, and a file without a size is empty.
     *
     * @throws IllegalArgumentException if it is no command line or no path
     */
    Action action(List<String> tools, Condition condition) {
        String tool = tools.isEmpty() ? "" : tools.getFirst().replace("*", "");
        if (bytes >= 0 && !(condition instanceof Condition.OfFiles)) {
            throw new IllegalArgumentException("only a file has a size: write one text");
        }
        return switch (condition) {
            case Condition.OfTools _ -> new Action.Tool(text());
            case Condition.OfFiles files ->
                    new Action.File(
                            tool,
                            text(),
                            files.access().stream()
                                    .min(Comparator.naturalOrder())
                                    .orElse(Action.Access.READ),
                            Math.max(0, bytes));
            case Condition.OfCommands commands ->
                    new Action.Command(
                            tool,
                            isList ? words : ShellWords.split(words.getFirst()),
                            Path.of(
                                    commands.folders().stream()
                                            .map(PathGlob::example)
                                            .findFirst()
                                            .orElse("")),
                            false,
                            List.of());
        };
    }

    private String text() {
        if (isList) {
            throw new IllegalArgumentException("only a command is a list: write one text");
        }
        return words.getFirst();
    }

    @Override
    public String toString() {
        return json();
    }

    /** Texts, as one or as a list. */
    static final class Texts {
        static final Kind<List<String>> KIND =
                Kind.of("a text, or a list of texts", Texts::read, Texts::json);

        private Texts() {}

        static Optional<List<String>> read(Node node) {
            return switch (node) {
                case Node.Scalar scalar when scalar.form() == Node.Form.STRING ->
                        Optional.of(List.of(scalar.text()));
                case Node.Items items -> items(items);
                case Node.Scalar _, Node.Members _ -> Optional.empty();
            };
        }

        private static Optional<List<String>> items(Node.Items items) {
            List<String> texts = new ArrayList<>();
            for (Node node : items.nodes()) {
                if (!(node instanceof Node.Scalar scalar) || scalar.form() != Node.Form.STRING) {
                    return Optional.empty();
                }
                texts.add(scalar.text());
            }
            return Optional.of(texts);
        }

        static String json(List<String> texts) {
            return texts.stream().map(Node::quote).collect(Collectors.joining(", ", "[", "]"));
        }
    }
}
