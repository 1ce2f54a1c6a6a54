package dev.culvert.settings;

import dev.culvert.about.Spelling;
import dev.culvert.settings.Node.Form;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The keys below one path, seen through all layers.
 *
 * <p>A function reads a record by taking each of its values from here. When the record refuses a
 * value, in a message that begins with the key, the section reports a mistake at the key's
 * position, passes the value over from then on and calls the function again: so it must do nothing
 * but read.
 */
/* Over 300 lines by a few, because each kind of value is read here in the same few lines. */
public final class Section {
    /* Reading starts again after each refusal: this bounds it for a file full of mistakes. */
    private static final int MAX_MISTAKES = 100;

    private final String path;
    private final Position position;
    private final Function<String, List<Node>> layers;
    private final Set<Mistake> mistakes;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Set<String> passedOver = new HashSet<>();

    /** Lists of which every element was refused. */
    private final Set<String> refusedLists = new HashSet<>();

    private boolean refused;

    /**
     * @param layers what each layer has for a key of this section, the strongest first; for the
     *     empty key, what it has for the whole section
     */
    Section(
            String path,
            Position position,
            Function<String, List<Node>> layers,
            Set<Mistake> mistakes) {
        this.path = path;
        this.position = position;
        this.layers = layers;
        this.mistakes = mistakes;
    }

    /** Where it was written; for a rule or another element of a list, where that begins. */
    public Position position() {
        return position;
    }

    /** Its path, such as {@code http} or {@code rules[2]}. */
    public String name() {
        return path;
    }

    /** The value of {@code key}, or {@code byDefault} if no layer has it. */
    public <T> T get(String key, Kind<T> kind, T byDefault) {
        return value(key, kind, Optional.of(byDefault)).orElse(byDefault);
    }

    /** The value of a key that has no default. */
    public <T> Optional<T> find(String key, Kind<T> kind) {
        return value(key, kind, Optional.empty());
    }

    /**
     * A list of values, all from the strongest layer that has one. If all of its elements were
     * refused it counts as not given.
     */
    public <T> List<T> list(String key, Kind<T> kind, List<T> byDefault) {
        Optional<Node> node = node(key);
        List<T> values = new ArrayList<>();
        List<Entry.Element> kept = new ArrayList<>();
        List<Node> items = node.map(it -> items(key, it, "a list")).orElse(List.of());
        for (int index = 0; index < items.size(); index++) {
            String element = key + "[" + index + "]";
            Position where = items.get(index).position();
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
        if (node.isPresent() && !given) {
            refusedLists.add(key);
        }
        List<T> inForce = given ? values : byDefault;
        String json = "[" + String.join(", ", inForce.stream().map(kind::json).toList()) + "]";
        note(key, "a list: " + kind.takes() + " each", json, kind, node, kept);
        return inForce;
    }

    /** A list that has no default: empty if it is not set, and not if it is an empty list. */
    public <T> Optional<List<T>> findList(String key, Kind<T> kind) {
        List<T> values = list(key, kind, List.of());
        return node(key).map(_ -> values);
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

    /** Calls {@code reader} until the record refuses nothing more; empty if it never stops. */
    <T> Optional<T> read(Function<Section, T> reader) {
        while (mistakes.size() < MAX_MISTAKES) {
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

    /** Reports the names in the section that nobody asked for. */
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
                    Spelling.nearest(key, entries.keySet())
                            .map(near -> "did you mean '" + path(near) + "'?")
                            .orElse("the keys here are " + String.join(", ", entries.keySet()));
            report(node.position(), "unknown key '" + path(key) + "': " + hint);
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
                passOver(key, node.get().position(), e.getMessage());
            }
        }
        note(key, kind.takes(), value.map(kind::json).orElse("null"), kind, node, List.of());
        return value;
    }

    private void note(
            String key,
            String takes,
            String json,
            Kind<?> kind,
            Optional<Node> node,
            List<Entry.Element> elements) {
        Position from = node.map(Node::position).orElse(null);
        String shown = kind.isSecret() ? "null" : json;
        entries.put(key, new Entry.Value(takes, shown, kind.isSecret(), from, elements));
    }

    /** What the strongest layer has; a null in a file counts as nothing. */
    private Optional<Node> node(String key) {
        if (passedOver.contains(key)) {
            return Optional.empty();
        }
        return layers.apply(key).stream()
                .filter(it -> !(it instanceof Node.Scalar scalar && scalar.form() == Form.NULL))
                .findFirst();
    }

    private Entry child(String key) {
        Position where = position;
        for (Node node : layers.apply(key)) {
            if (node instanceof Node.Members) {
                where = node.position();
            } else if (!(node instanceof Node.Scalar scalar && scalar.saysNoSection())) {
                passOver(key, node.position(), refusal(key, node, "an object"));
            }
        }
        return new Entry.Child(
                new Section(
                        path(key),
                        where,
                        name -> layers.apply(name.isEmpty() ? key : key + "." + name),
                        mistakes));
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
                                members.position(),
                                it -> Optional.ofNullable(members.at(it)).stream().toList(),
                                mistakes));
            } else {
                report(item.position(), refusal(name, item, "an object"));
            }
        }
        return new Entry.Children(node.map(Node::position).orElse(null), sections);
    }

    private List<Node> items(String key, Node node, String takes) {
        try {
            return switch (node) {
                case Node.Items items -> items.nodes();
                case Node.Scalar scalar when scalar.form() == Form.PLAIN -> scalar.parts(mistakes);
                case Node.Scalar _, Node.Members _ -> {
                    passOver(key, node.position(), refusal(key, node, takes));
                    yield List.of();
                }
            };
        } catch (BadSettingsException e) {
            mistakes.addAll(e.all());
            passedOver.add(key);
            return List.of();
        }
    }

    /**
     * Reports a record's message at the value that it begins with, and passes that value over;
     * false if it begins with none that was given. A message about a key that was passed over, or
     * about a list of which nothing is left, is dropped: it is about the default that took its
     * place.
     */
    private boolean blame(String message) {
        String first = NamedValue.firstWord(message);
        NamedValue named = NamedValue.find(this, first);
        boolean isMeant =
                !NamedValue.namesAny(passedOver, message)
                        && !NamedValue.namesAny(refusedLists, message);
        if (named == null) {
            if (isMeant) {
                String where = path.isEmpty() ? "" : path + ": ";
                report(position, where + NamedValue.explain(this, message));
            }
            return false;
        }
        if (isMeant) {
            String sentence = message.substring(first.length());
            report(named.position(), named.path() + NamedValue.explain(this, sentence));
        }
        named.passOver().run();
        return true;
    }

    /** Makes the key have its default from now on. */
    void passOver(String key) {
        passedOver.add(key);
    }

    NamedValue asElement() {
        return new NamedValue(path, position, () -> refused = true);
    }

    private void passOver(String key, Position where, @Nullable String sentence) {
        report(where, String.valueOf(sentence));
        passedOver.add(key);
    }

    private void report(Position where, String sentence) {
        mistakes.add(new Mistake(where, sentence));
    }

    private String refusal(String key, Node node, String takes) {
        return Kind.refusal(path(key), node, false, takes);
    }

    private static Section empty(String path) {
        return new Section(path, Position.of("defaults"), _ -> List.of(), new HashSet<>());
    }
}
