package dev.culvert.settings;

import dev.culvert.about.Spelling;
import dev.culvert.about.Units;
import dev.culvert.settings.Node.Form;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a setting takes, and how to read and print it. */
public final class Kind<T> {
    public static final Kind<String> TEXT =
            scalar("a text in quotes", Function.identity(), Node::quote, Form.STRING);
    public static final Kind<Boolean> BOOLEAN =
            scalar("true or false", Kind::bool, String::valueOf, Form.BOOLEAN);
    public static final Kind<Integer> INT =
            scalar("a whole number", Integer::valueOf, String::valueOf, Form.NUMBER);
    public static final Kind<Long> LONG =
            scalar("a whole number", Long::valueOf, String::valueOf, Form.NUMBER);
    public static final Kind<Duration> DURATION =
            scalar(
                    "a time such as \"500ms\", \"10s\", \"2m\" or \"1h\", or a number of seconds,"
                            + " up to a year",
                    Units::duration,
                    duration -> Node.quote(Units.text(duration)),
                    Form.STRING,
                    Form.NUMBER);
    public static final Kind<Integer> BYTES =
            scalar(
                    "a size such as \"64KiB\" or \"1MiB\", or a number of bytes, less than 2GiB",
                    Units::bytes,
                    bytes -> Node.quote(Units.text(bytes)),
                    Form.STRING,
                    Form.NUMBER);

    /** Of a whole machine, and not of one buffer. */
    public static final Kind<Long> LARGE_BYTES =
            scalar(
                    "a size such as \"64KiB\" or \"4GiB\", or a number of bytes",
                    Units::largeBytes,
                    bytes -> Node.quote(Units.text(bytes)),
                    Form.STRING,
                    Form.NUMBER);

    public static final Kind<Integer> PERCENT =
            scalar(
                    "a percentage such as \"75%\"",
                    Units::percent, percent -> Node.quote(percent + "%"), Form.STRING);
    public static final Kind<Path> PATH = text("the path of a file", Path::of);

    /** Any JSON object, passed on as strict JSON. */
    public static final Kind<String> OBJECT =
            new Kind<>("an object: { … }", Kind::object, Function.identity(), false);

    /** Where a secret comes from; a value is taken only from where no other user can read it. */
    public static final Kind<SecretSource> SECRET =
            new Kind<>(
                    SecretSource.TAKES,
                    node -> Optional.of(SecretNode.read(node)),
                    SecretSource::json,
                    false);

    /** A secret for each name of an object, such as the values of HTTP headers. */
    public static final Kind<Map<String, SecretSource>> SECRETS =
            new Kind<>(
                    "an object with a secret for each name",
                    node -> Optional.of(SecretNode.readAll(node)),
                    Kind::jsonOfSecrets,
                    false);

    private final String takes;
    private final Function<Node, Optional<T>> reader;
    private final Function<T, String> printer;
    private final boolean secret;
    private final List<String> words;

    private Kind(
            String takes,
            Function<Node, Optional<T>> reader,
            Function<T, String> printer,
            boolean secret) {
        this(takes, reader, printer, secret, List.of());
    }

    /**
     * @param words all that it takes, if these are few: one of them may have been meant
     */
    private Kind(
            String takes,
            Function<Node, Optional<T>> reader,
            Function<T, String> printer,
            boolean secret,
            List<String> words) {
        this.takes = takes;
        this.reader = reader;
        this.printer = printer;
        this.secret = secret;
        this.words = words;
    }

    /** A text for {@code parser}; {@code toString} prints it. */
    public static <T> Kind<T> text(String takes, Function<String, T> parser) {
        return scalar(takes, parser, value -> Node.quote(value.toString()), Form.STRING);
    }

    /**
     * What can be written in several forms.
     *
     * @param reader throws an {@link IllegalArgumentException}, or has nothing, if it refuses
     */
    public static <T> Kind<T> of(
            String takes, Function<Node, Optional<T>> reader, Function<T, String> printer) {
        return new Kind<>(takes, reader, printer, false);
    }

    /** A text that {@code pattern} matches in full. */
    public static Kind<String> matching(Pattern pattern, String takes) {
        return text(
                takes,
                text -> {
                    if (!pattern.matcher(text).matches()) {
                        throw new NumberFormatException(text);
                    }
                    return text;
                });
    }

    /** The constants of an enumeration, in lower case. */
    public static <E extends Enum<E>> Kind<E> choice(Class<E> type) {
        return oneOf(List.of(type.getEnumConstants()), Kind::word);
    }

    /** One of a few values, each by its word. */
    public static <T> Kind<T> oneOf(List<T> values, Function<T, String> word) {
        List<String> words = values.stream().map(word).toList();
        Kind<T> kind =
                scalar(
                        "one of " + String.join(", ", words),
                        text ->
                                values.stream()
                                        .filter(value -> word.apply(value).equals(text))
                                        .findAny()
                                        .orElseThrow(() -> new NumberFormatException(text)),
                        value -> Node.quote(word.apply(value)),
                        Form.STRING);
        return new Kind<>(kind.takes, kind.reader, kind.printer, kind.secret, words);
    }

    /** The same, but neither printed with the settings nor shown in a message. */
    public Kind<T> secret() {
        return new Kind<>(takes, reader, printer, true, words);
    }

    String takes() {
        return takes;
    }

    boolean isSecret() {
        return secret;
    }

    String json(T value) {
        return printer.apply(value);
    }

    /** Throws a sentence that begins with {@code name}. */
    T read(String name, Node node) {
        Optional<T> value;
        try {
            value = reader.apply(node);
        } catch (NumberFormatException _) {
            value = Optional.empty();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    name + ": " + (secret ? "it must be " + takes : e.getMessage()), e);
        }
        return value.orElseThrow(() ->
                new IllegalArgumentException(refusal(name, node, secret, takes) + question(node)));
    }

    /** Asks whether a word was meant that is nearly the one that was given. */
    private String question(Node node) {
        return !secret && node instanceof Node.Scalar scalar
                ? Spelling.question(scalar.text(), words)
                : "";
    }

    static String refusal(String name, Node node, boolean secret, String takes) {
        String shown =
                switch (node) {
                    case Node.Scalar scalar -> secret ? "something else" : shortened(scalar.json());
                    case Node.Items _ -> "a list";
                    case Node.Members _ -> "an object";
                };
        return "%s is %s: it must be %s".formatted(name, shown, takes);
    }

    private static String shortened(String text) {
        return text.length() > 60 ? text.substring(0, 59) + "…" : text;
    }

    private static <T> Kind<T> scalar(
            String takes, Function<String, T> parser, Function<T, String> printer, Form... forms) {
        Set<Form> accepted = Set.of(forms);
        return new Kind<>(
                takes,
                node ->
                        node instanceof Node.Scalar scalar
                                        && (scalar.form() == Form.PLAIN
                                                || accepted.contains(scalar.form()))
                                ? Optional.of(parser.apply(scalar.text()))
                                : Optional.empty(),
                printer,
                false);
    }

    private static Optional<String> object(Node node) {
        return node instanceof Node.Members members
                ? Optional.of(members.json())
                : Optional.empty();
    }

    private static String jsonOfSecrets(Map<String, SecretSource> secrets) {
        return secrets.entrySet().stream()
                .map(secret -> Node.quote(secret.getKey()) + ": " + secret.getValue().json())
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static boolean bool(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new NumberFormatException(text);
        };
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
