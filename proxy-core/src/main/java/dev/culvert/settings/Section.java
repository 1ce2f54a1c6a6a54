package dev.culvert.settings;

import dev.culvert.settings.Node.Form;
import java.util.ArrayList;
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
    private static final Pattern FIRST_WORD = Pattern.compile("^[a-z0-9_.\\[\\]]+");
    private static final Pattern WORD = Pattern.compile("[a-z0-9_]+");
    private static final Pattern QUOTED = Pattern.compile("\"[^\"]*\"");

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

    /**
     * A list of values; the strongest layer that has one gives all of it. Where all of its elements
     * were refused it counts as not given.
     */
    public <T> List<T> list(String key, Kind<T> kind, List<T> byDefault) {
        Optional<Node> node = node(key);
        List<T> values = new ArrayList<>();
        List<Entry.Element> kept = new ArrayList<>();
        List<Node> items = node.map(it -> items(key, it, "a list")).orElse(List.of());
        for (int index = 0; index < items.size(); index++) {
            String element = key + "[" + index + "]";
            Origin where = items.get(index).origin();
            if (!passedOver.contains(element)) {
                try {
                    values.add(kind.read(path(element), items.get(index)));
                    kept.add(new Entry.Element(index, where));
                } catch (IllegalArgumentException e) {
                    passOver(element, where, e.getMessage());
                }
            }
        }
        boolean given = node.isPresent() && (!values.isEmpty() || items.isEmpty());
        List<T> inForce = given ? values : byDefault;
        String json = "[" + String.join(", ", inForce.stream().map(kind::json).toList()) + "]";
        note(key, json, kind, node, kept);
        return inForce;
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
            section.refused = value.isEmpty();
            if (value.isPresent()) {
                values.add(value.get());
                entry.kept().add(section);
            }
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
            entry.sections().forEach(Section::reportUnknown);
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
        note(key, value.map(kind::json).orElse("null"), kind, node, List.of());
        return value;
    }

    private void note(
            String key,
            String json,
            Kind<?> kind,
            Optional<Node> node,
            List<Entry.Element> elements) {
        Origin from = node.map(Node::origin).orElse(null);
        String shown = kind.isSecret() ? "null" : json;
        entries.put(key, new Entry.Value(shown, kind.isSecret(), from, elements));
    }

    /** What the strongest layer says; a null in a file says nothing. */
    private Optional<Node> node(String key) {
        if (passedOver.contains(key)) {
            return Optional.empty();
        }
        return layers.apply(key).stream()
                .filter(it -> !(it instanceof Node.Scalar scalar && scalar.form() == Form.NULL))
                .findFirst();
    }

    private Entry child(String key) {
        Origin place = origin;
        for (Node node : layers.apply(key)) {
            if (node instanceof Node.Members) {
                place = node.origin();
            } else if (!(node instanceof Node.Scalar scalar && scalar.saysNoSection())) {
                passOver(key, node.origin(), refusal(key, node, "an object"));
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
            Node item = items.get(index);
            String name = key + "[" + index + "]";
            if (item instanceof Node.Members members) {
                sections.add(
                        new Section(
                                path(name),
                                members.origin(),
                                it -> Optional.ofNullable(members.at(it)).stream().toList(),
                                problems));
            } else {
                report(item.origin(), refusal(name, item, "an object"));
            }
        }
        return new Entry.Children(node.map(Node::origin).orElse(null), sections);
    }

    private List<Node> items(String key, Node node, String takes) {
        try {
            return switch (node) {
                case Node.Items items -> items.nodes();
                case Node.Scalar scalar when scalar.form() == Form.PLAIN -> scalar.parts(problems);
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

    /**
     * Puts a record's message where it belongs; false where it is about nothing that was said. A
     * message about a key that was passed over is dropped: it means the default in its place.
     */
    private boolean blame(String message) {
        Matcher first = FIRST_WORD.matcher(message);
        Place place = first.find() ? Place.find(this, first.group()) : null;
        boolean isMeant = !namesPassedOver(message);
        if (place == null) {
            if (isMeant) {
                String where = path.isEmpty() ? "" : path + ": ";
                report(origin, where + Place.explain(this, message));
            }
            return false;
        }
        if (isMeant) {
            String sentence = message.substring(first.end());
            report(place.origin(), place.path() + Place.explain(this, sentence));
        }
        place.passOver().run();
        return true;
    }

    private boolean namesPassedOver(String message) {
        return WORD.matcher(QUOTED.matcher(message).replaceAll(""))
                .results()
                .anyMatch(word -> passedOver.contains(word.group()));
    }

    /** From now on the key has its default. */
    void passOver(String key) {
        passedOver.add(key);
    }

    Place asElement() {
        return new Place(path, origin, () -> refused = true);
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
}
