package dev.culvert.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The keys below one path, seen through all layers.
 *
 * <p>A record is read by a function that takes each of its values from here. When the record
 * refuses one, saying its key first, that is a problem where the key stands, the value is passed
 * over from then on, and the function is called again: so it must do nothing but read.
 */
public final class Section {
    /* Reading starts again after each refusal: a bound for files that are wrong throughout. */
    private static final int MAX_PROBLEMS = 100;
    private static final Pattern KEY =
            Pattern.compile("([a-z0-9_]+)(?:\\[(\\d{1,6})])?(?:\\.(.+))?");
    private static final Pattern FIRST_WORD = Pattern.compile("^[a-z0-9_.\\[\\]]+");
    private static final Pattern INDEXED = Pattern.compile("[a-z0-9_]+\\[\\d+](?:\\.[a-z0-9_]+)*");

    private final String path;
    private final Origin origin;
    private final Function<String, List<Node>> layers;
    private final Set<Problem> problems;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Set<String> passedOver = new HashSet<>();
    private boolean refused;

    /**
     * @param layers what is said for a key of this section, the strongest first; for the empty key,
     *     what is said for the section
     */
    Section(
            String path,
            Origin origin,
            Function<String, List<Node>> layers,
            Set<Problem> problems) {
        this.path = path;
        this.origin = origin;
        this.layers = layers;
        this.problems = problems;
    }

    /** The value of {@code key}, or {@code byDefault} where no layer has it. */
    public <T> T get(String key, Kind<T> kind, T byDefault) {
        return value(key, kind, Optional.of(byDefault)).orElse(byDefault);
    }

    /** The value of a key that has no default. */
    public <T> Optional<T> find(String key, Kind<T> kind) {
        return value(key, kind, Optional.empty());
    }

    /** A list of values; the strongest layer that has one gives all of it. */
    public <T> List<T> list(String key, Kind<T> kind, List<T> byDefault) {
        Optional<Node> node = node(key);
        List<T> values = node.isPresent() ? new ArrayList<>() : byDefault;
        if (node.isPresent()) {
            List<Node> items = items(key, node.get(), "a list");
            for (int index = 0; index < items.size(); index++) {
                Node item = items.get(index);
                try {
                    values.add(kind.read(path(key) + "[" + index + "]", item));
                } catch (IllegalArgumentException e) {
                    passOver(key, item.origin(), e.getMessage());
                }
            }
        }
        String json = "[" + String.join(", ", values.stream().map(kind::json).toList()) + "]";
        note(key, json, kind, node);
        return values;
    }

    /** A record from the section {@code key}. */
    public <T> T section(String key, Function<Section, T> reader) {
        Entry entry = entries.computeIfAbsent(key, this::child);
        Section section = ((Entry.Child) entry).section();
        return section.read(reader).orElseGet(() -> reader.apply(empty(path(key))));
    }

    /** Records from a list of sections; one that is refused is left out. */
    public <T> List<T> sections(String key, Function<Section, T> reader) {
        Entry.Children entry = (Entry.Children) entries.computeIfAbsent(key, this::children);
        entry.kept().clear();
        List<T> values = new ArrayList<>();
        for (Section section : entry.all()) {
            Optional<T> value = section.refused ? Optional.empty() : section.read(reader);
            value.ifPresent(values::add);
            value.ifPresentOrElse(_ -> entry.kept().add(section), () -> section.refused = true);
        }
        return values;
    }

    /**
     * Calls {@code reader} until nothing more is refused; empty where it could not be satisfied.
     */
    <T> Optional<T> read(Function<Section, T> reader) {
        while (problems.size() < MAX_PROBLEMS) {
            try {
                return Optional.of(reader.apply(this));
            } catch (IllegalArgumentException e) {
                if (!blame(String.valueOf(e.getMessage()))) {
                    break;
                }
            }
        }
        return Optional.empty();
    }

    /** Names that stand in the section and were never asked for. */
    void reportUnknown() {
        for (Node node : layers.apply("")) {
            if (node instanceof Node.Members members) {
                members.nodes().forEach(this::reportUnknown);
            }
        }
        for (Entry entry : entries.values()) {
            switch (entry) {
                case Entry.Value _ -> {}
                case Entry.Child child -> child.section().reportUnknown();
                case Entry.Children children -> children.all().forEach(Section::reportUnknown);
            }
        }
    }

    private void reportUnknown(String key, Node node) {
        if (!entries.containsKey(key)) {
            String hint =
                    Spelling.nearest(key, entries.keySet(), Math.max(2, key.length() / 3))
                            .map(near -> "did you mean '" + path(near) + "'?")
                            .orElse("here stand " + String.join(", ", entries.keySet()));
            report(node.origin(), "unknown key '" + path(key) + "': " + hint);
        }
    }

    Map<String, Entry> entries() {
        return entries;
    }

    String path(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private <T> Optional<T> value(String key, Kind<T> kind, Optional<T> byDefault) {
        Optional<Node> node = node(key);
        Optional<T> value = byDefault;
        if (node.isPresent()) {
            try {
                value = Optional.of(kind.read(path(key), node.get()));
            } catch (IllegalArgumentException e) {
                passOver(key, node.get().origin(), e.getMessage());
            }
        }
        note(key, value.map(kind::json).orElse("null"), kind, node);
        return value;
    }

    private void note(String key, String json, Kind<?> kind, Optional<Node> node) {
        Origin from = node.map(Node::origin).orElse(null);
        entries.put(key, new Entry.Value(kind.isSecret() ? "null" : json, kind.isSecret(), from));
    }

    /** What the strongest layer says; a null in a file says nothing. */
    private Optional<Node> node(String key) {
        if (passedOver.contains(key)) {
            return Optional.empty();
        }
        return layers.apply(key).stream()
                .filter(node ->
                        !(node instanceof Node.Scalar scalar && scalar.form() == Node.Form.NULL))
                .findFirst();
    }

    private Entry child(String key) {
        Origin place = origin;
        for (Node node : layers.apply(key)) {
            switch (node) {
                case Node.Members members -> place = members.origin();
                case Node.Items _ -> passOver(key, node.origin(), refusal(key, node, "an object"));
                case Node.Scalar scalar -> {
                    // A section has no variable of its own: CULVERT_HOME may be anybody's.
                    if (scalar.form() != Node.Form.NULL && scalar.form() != Node.Form.PLAIN) {
                        passOver(key, node.origin(), refusal(key, node, "an object"));
                    }
                }
            }
        }
        return new Entry.Child(
                new Section(
                        path(key),
                        place,
                        name -> layers.apply(name.isEmpty() ? key : key + "." + name),
                        problems));
    }

    private Entry children(String key) {
        Optional<Node> node = node(key);
        List<Section> sections = new ArrayList<>();
        List<Node> items = node.map(it -> items(key, it, "a list of objects")).orElse(List.of());
        for (int index = 0; index < items.size(); index++) {
            String name = key + "[" + index + "]";
            if (items.get(index) instanceof Node.Members members) {
                sections.add(
                        new Section(
                                path(name),
                                members.origin(),
                                it -> Optional.ofNullable(members.at(it)).stream().toList(),
                                problems));
            } else {
                Node item = items.get(index);
                report(item.origin(), refusal(name, item, "an object"));
            }
        }
        return new Entry.Children(node.map(Node::origin).orElse(null), sections);
    }

    private List<Node> items(String key, Node node, String takes) {
        try {
            return switch (node) {
                case Node.Items items -> items.nodes();
                case Node.Scalar scalar when scalar.form() == Node.Form.PLAIN -> split(scalar);
                case Node.Scalar _, Node.Members _ -> {
                    passOver(key, node.origin(), refusal(key, node, takes));
                    yield List.of();
                }
            };
        } catch (BadSettingsException e) {
            problems.addAll(e.all());
            passedOver.add(key);
            return List.of();
        }
    }

    /** A list in a text without a type: JSON, or parts between commas. */
    private List<Node> split(Node.Scalar plain) throws BadSettingsException {
        String text = plain.text().strip();
        if (text.startsWith("[")) {
            return ((Node.Items) JsoncReader.node(plain.origin().name(), text, problems)).nodes();
        }
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .map(part -> Node.plain(plain.origin(), part))
                .toList();
    }

    /** Puts a record's message where it belongs; false where it is about nothing that was said. */
    private boolean blame(String message) {
        Matcher first = FIRST_WORD.matcher(message);
        Place place = first.find() ? place(first.group()) : null;
        if (place == null) {
            if (passedOver.isEmpty()) { // else it may be about what stands in for them
                report(origin, (path.isEmpty() ? "" : path + ": ") + explained(message));
            }
            return false;
        }
        report(place.origin, place.path + explained(message.substring(first.end())));
        place.passOver.run();
        return true;
    }

    /** Says of every other list element that the message names where it stands. */
    private String explained(String message) {
        return INDEXED.matcher(message)
                .replaceAll(found -> {
                    Place place = place(found.group());
                    String text =
                            place == null ? found.group() : place.path + " (" + place.origin + ")";
                    return Matcher.quoteReplacement(text);
                });
    }

    /** What was said and is meant by {@code name}, which counts the elements that a record got. */
    private @Nullable Place place(String name) {
        Matcher key = KEY.matcher(name);
        if (!key.matches()) {
            return null;
        }
        String head = key.group(1);
        String rest = key.group(3);
        return switch (entries.get(head)) {
            case Entry.Value value when value.origin() != null && rest == null ->
                    new Place(path(head), value.origin(), () -> passedOver.add(head));
            case Entry.Child child when rest != null -> child.section().place(rest);
            case Entry.Children children when key.group(2) != null -> {
                Section item = children.kept().get(Integer.parseInt(key.group(2)));
                Place inner = rest == null ? null : item.place(rest);
                yield new Place(
                        inner == null ? item.path : inner.path,
                        inner == null ? item.origin : inner.origin,
                        () -> item.refused = true);
            }
            case null, default -> null;
        };
    }

    private void passOver(String key, Origin where, @Nullable String sentence) {
        report(where, String.valueOf(sentence));
        passedOver.add(key);
    }

    private void report(Origin where, String sentence) {
        problems.add(new Problem(where, sentence));
    }

    private String refusal(String key, Node node, String takes) {
        return Kind.refusal(path(key), node, false, takes);
    }

    private static Section empty(String path) {
        return new Section(path, Origin.of("defaults"), _ -> List.of(), new HashSet<>());
    }

    private record Place(String path, Origin origin, Runnable passOver) {}
}
