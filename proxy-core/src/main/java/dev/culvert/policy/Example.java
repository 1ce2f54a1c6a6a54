package dev.culvert.policy;

import dev.culvert.settings.Kind;
import dev.culvert.settings.Node;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An action in a rule's tests: a command line, a path or the name of a tool.
 *
 * @param words of a command; the only one if it was written as one text
 * @param isList whether it was written as a list
 */
record Example(List<String> words, boolean isList) {
    static final Kind<Example> KIND =
            Kind.of("a text, or a list of texts", Example::read, Example::json);

    Example {
        words = List.copyOf(words);
    }

    private static Optional<Example> read(Node node) {
        return Texts.read(node)
                .filter(words -> !words.isEmpty())
                .map(words -> new Example(words, node instanceof Node.Items));
    }

    private String json() {
        return isList ? Texts.json(words) : Node.quote(words.getFirst());
    }

    /**
     * As the rule's condition takes it.
     *
     * @throws IllegalArgumentException if it is no command line or no path
     */
    Action action(List<String> tools, Condition condition) {
        String tool = tools.isEmpty() ? "" : tools.getFirst().replace("*", "");
        return switch (condition) {
            case Condition.OfTools _ -> new Action.Tool(text());
            case Condition.OfFiles files ->
                    new Action.File(
                            tool,
                            text(),
                            files.access().stream()
                                    .min(Comparator.naturalOrder())
                                    .orElse(Action.Access.READ),
                            0);
            case Condition.OfCommands commands ->
                    new Action.Command(
                            tool,
                            isList ? words : ShellWords.split(words.getFirst()),
                            Path.of(""),
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
