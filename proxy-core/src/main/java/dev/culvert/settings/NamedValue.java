package dev.culvert.settings;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A value, or an element of a list, that the message of a record's exception names by its key.
 *
 * @param passOver leaves it out when the record is read again
 */
record NamedValue(String path, Position position, Runnable passOver) {
    private static final Pattern FIRST_WORD = Pattern.compile("^[a-z0-9_.\\[\\]]+");
    private static final Pattern WORD = Pattern.compile("[a-z0-9_]+");
    private static final Pattern QUOTED = Pattern.compile("\"[^\"]*\"");
    private static final Pattern KEY =
            Pattern.compile("([a-z0-9_]+)(?:\\[(\\d{1,6})])?(?:\\.(.+))?");
    private static final Pattern INDEXED = Pattern.compile("[a-z0-9_]+\\[\\d+](?:\\.[a-z0-9_]+)*");

    /** The key that the message begins with; empty if it begins otherwise. */
    static String firstWord(String message) {
        Matcher first = FIRST_WORD.matcher(message);
        return first.find() ? first.group() : "";
    }

    /** Whether the message names one of the keys, outside of quoted values. */
    static boolean namesAny(Set<String> keys, String message) {
        return WORD.matcher(QUOTED.matcher(message).replaceAll(""))
                .results()
                .anyMatch(word -> keys.contains(word.group()));
    }

    /**
     * The value that {@code name} means within a section; null for a default and for a name that
     * means nothing.
     *
     * <p>Indices count what the record got: elements that were refused before are not among them.
     */
    static @Nullable NamedValue find(Section section, String name) {
        Matcher key = KEY.matcher(name);
        if (!key.matches()) {
            return null;
        }
        String head = key.group(1);
        String rest = key.group(3);
        return switch (section.entries().get(head)) {
            case Entry.Value value
                    when value.position() != null && key.group(2) == null && rest == null ->
                    new NamedValue(
                            section.path(head), value.position(), () -> section.passOver(head));
            case Entry.Value value when key.group(2) != null && rest == null ->
                    element(section, head, value.elements(), Integer.parseInt(key.group(2)));
            case Entry.Child child when rest != null -> find(child.section(), rest);
            case Entry.Children children when key.group(2) != null -> {
                int index = Integer.parseInt(key.group(2));
                yield index < children.kept().size()
                        ? element(children.kept().get(index), rest)
                        : null;
            }
            case null, default -> null;
        };
    }

    private static @Nullable NamedValue element(
            Section section, String list, List<Entry.Element> kept, int index) {
        if (index >= kept.size()) {
            return null;
        }
        Entry.Element element = kept.get(index);
        String key = list + "[" + element.index() + "]";
        return new NamedValue(section.path(key), element.position(), () -> section.passOver(key));
    }

    /** The whole element is passed over, also where the message names one of its keys. */
    private static NamedValue element(Section section, @Nullable String key) {
        NamedValue whole = section.asElement();
        NamedValue value = key == null ? null : find(section, key);
        return value == null ? whole : new NamedValue(value.path, value.position, whole.passOver);
    }

    /** The message, with its position after each list element that it names. */
    static String explain(Section section, String message) {
        return INDEXED.matcher(message)
                .replaceAll(found -> {
                    NamedValue named = find(section, found.group());
                    return Matcher.quoteReplacement(
                            named == null
                                    ? found.group()
                                    : named.path + " (" + named.position + ")");
                });
    }
}
