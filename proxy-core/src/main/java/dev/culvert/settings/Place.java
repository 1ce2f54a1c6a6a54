package dev.culvert.settings;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a record's message names: a value that was said, or an element of a list.
 *
 * @param passOver leaves it out when the record is read again
 */
record Place(String path, Origin origin, Runnable passOver) {
    private static final Pattern KEY =
            Pattern.compile("([a-z0-9_]+)(?:\\[(\\d{1,6})])?(?:\\.(.+))?");
    private static final Pattern INDEXED = Pattern.compile("[a-z0-9_]+\\[\\d+](?:\\.[a-z0-9_]+)*");

    /**
     * The place that {@code name} means within a section; null for a default and for what is none.
     *
     * <p>Its indices count what the record got: elements that were refused before are not there.
     */
    static @Nullable Place find(Section section, String name) {
        Matcher key = KEY.matcher(name);
        if (!key.matches()) {
            return null;
        }
        String head = key.group(1);
        String rest = key.group(3);
        return switch (section.entries().get(head)) {
            case Entry.Value value
                    when value.origin() != null && key.group(2) == null && rest == null ->
                    new Place(section.path(head), value.origin(), () -> section.passOver(head));
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

    private static @Nullable Place element(
            Section section, String list, List<Entry.Element> kept, int index) {
        if (index >= kept.size()) {
            return null;
        }
        Entry.Element element = kept.get(index);
        String key = list + "[" + element.index() + "]";
        return new Place(section.path(key), element.origin(), () -> section.passOver(key));
    }

    /** The element falls as a whole, also where one of its keys is meant. */
    private static Place element(Section section, @Nullable String key) {
        Place whole = section.asElement();
        Place value = key == null ? null : find(section, key);
        return value == null ? whole : new Place(value.path, value.origin, whole.passOver);
    }

    /** The message, in which each list element that is named has its origin beside it. */
    static String explain(Section section, String message) {
        return INDEXED.matcher(message)
                .replaceAll(found -> {
                    Place place = find(section, found.group());
                    return Matcher.quoteReplacement(
                            place == null ? found.group() : place.path + " (" + place.origin + ")");
                });
    }
}
