package dev.culvert.daemon.client.workbench;

import dev.culvert.about.Spelling;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The arguments of a tool, as a model wrote them. None of them becomes a flag of a verb. */
final class Given {
    private static final int MOST_CHARS = 1_000;

    /** What picocli would read as a flag, or as the name of a file with arguments. */
    private static final Pattern SPECIAL = Pattern.compile("[-@].*", Pattern.DOTALL);

    private final Value arguments;

    /**
     * @param names those that the tool has
     * @throws UsageException if there are others
     */
    Given(Value arguments, List<String> names) throws UsageException {
        this.arguments = arguments;
        for (String name : arguments.map().keySet()) {
            if (!names.contains(name)) {
                throw new UsageException(
                        "there is no argument '%s'%s; there are: %s"
                                .formatted(
                                        Quoted.word(name),
                                        Spelling.question(name, names),
                                        names.isEmpty() ? "none" : String.join(", ", names)));
            }
        }
    }

    boolean has(String name) {
        return !arguments.at(name).isNothing();
    }

    /** A text or number; empty if it is not there. */
    String text(String name) throws UsageException {
        return scalar(name, arguments.at(name));
    }

    /** One of these words; the first of them if it is not there. */
    String oneOf(String name, List<String> words) throws UsageException {
        String word = has(name) ? text(name) : words.getFirst();
        if (!words.contains(word)) {
            throw new UsageException(
                    "'%s' is '%s'%s: it is one of %s"
                            .formatted(
                                    name,
                                    Quoted.word(word),
                                    Spelling.question(word, words),
                                    String.join(", ", words)));
        }
        return word;
    }

    /** What stands without a flag before it; it must be there. */
    String word(String name) throws UsageException {
        String word = text(name);
        if (word.isEmpty()) {
            throw new UsageException("'%s' is missing".formatted(name));
        }
        return bare(name, word);
    }

    /** The same of each of a list, which may be missing. */
    List<String> words(String name) throws UsageException {
        List<String> words = new ArrayList<>();
        for (String word : texts(name)) {
            words.add(bare(name, word));
        }
        return words;
    }

    /** A list of texts or numbers, which may be missing. */
    List<String> texts(String name) throws UsageException {
        Value value = arguments.at(name);
        if (!(value instanceof Value.Items) && !value.isNothing()) {
            throw new UsageException("'%s' must be a list of texts".formatted(name));
        }
        List<String> texts = new ArrayList<>();
        for (Value each : value.list()) {
            texts.add(scalar(name, each));
        }
        return texts;
    }

    boolean isTrue(String name) throws UsageException {
        Value value = arguments.at(name);
        if (!(value instanceof Value.Truth) && !value.isNothing()) {
            throw new UsageException("'%s' must be true or false".formatted(name));
        }
        return value.text().equals("true");
    }

    /** Its members, as NAME=VALUE. */
    List<String> pairs(String name) throws UsageException {
        Value value = arguments.at(name);
        if (!(value instanceof Value.Members) && !value.isNothing()) {
            throw new UsageException("'%s' must be an object".formatted(name));
        }
        List<String> pairs = new ArrayList<>();
        for (Map.Entry<String, Value> each : value.map().entrySet()) {
            pairs.add(each.getKey() + "=" + scalar(name, each.getValue()));
        }
        return pairs;
    }

    /** The arguments in one of them. */
    Given inside(String name, List<String> names) throws UsageException {
        Value value = arguments.at(name);
        if (!(value instanceof Value.Members)) {
            throw new UsageException("'%s' must be an object".formatted(name));
        }
        return new Given(value, names);
    }

    private static String bare(String name, String word) throws UsageException {
        if (SPECIAL.matcher(word).matches()) {
            throw new UsageException(
                    "'%s' is '%s', and must not begin with - or @"
                            .formatted(name, Quoted.word(word)));
        }
        return word;
    }

    private static String scalar(String name, Value value) throws UsageException {
        if (value instanceof Value.Members || value instanceof Value.Items) {
            throw new UsageException("'%s' must be a text".formatted(name));
        }
        String text = value.text();
        if (text.length() > MOST_CHARS || text.chars().anyMatch(Character::isISOControl)) {
            throw new UsageException(
                    "'%s' must have at most %d characters, on one line"
                            .formatted(name, MOST_CHARS));
        }
        return text;
    }
}
