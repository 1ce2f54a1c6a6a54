package dev.culvert.settings;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The settings of a program, read and checked.
 *
 * @param <T> the program's record
 */
public final class Settings<T> {
    private final T value;
    private final Section root;

    private Settings(T value, Section root) {
        this.value = value;
        this.root = root;
    }

    /**
     * Reads a record from layers.
     *
     * @param layers the strongest first
     * @throws BadSettingsException with all mistakes in all layers
     */
    public static <T> Settings<T> read(List<Layer> layers, Function<Section, T> reader)
            throws BadSettingsException {
        Set<Mistake> mistakes = new LinkedHashSet<>();
        Function<String, List<Node>> nodes =
                path ->
                        layers.stream()
                                .map(layer -> layer.at(path))
                                .filter(Objects::nonNull)
                                .toList();
        Section root = new Section("", Position.of("settings"), nodes, mistakes);
        Optional<T> value = root.read(reader);
        root.reportUnknown();
        List<String> paths = paths(root, new ArrayList<>());
        layers.forEach(layer -> mistakes.addAll(layer.mistakes(paths)));
        if (!mistakes.isEmpty() || value.isEmpty()) {
            throw new BadSettingsException(mistakes);
        }
        return new Settings<>(value.get(), root);
    }

    public T value() {
        return value;
    }

    /** All settings in force, as a file from which they can be read again, except for secrets. */
    public String print() {
        return new SettingsPrinter().print(root);
    }

    /**
     * All keys, in the order in which they are read; those of a list of objects for each object.
     */
    public List<Key> keys() {
        return keys(root, new ArrayList<>());
    }

    private static List<Key> keys(Section section, List<Key> keys) {
        section.entries()
                .forEach((name, entry) -> {
                    if (entry instanceof Entry.Value value) {
                        keys.add(
                                new Key(
                                        section.path(name),
                                        value.takes(),
                                        value.json(),
                                        value.secret(),
                                        value.position()));
                    } else {
                        entry.sections().forEach(child -> keys(child, keys));
                    }
                });
        return keys;
    }

    private static List<String> paths(Section section, List<String> paths) {
        section.entries()
                .forEach((key, entry) -> {
                    if (entry instanceof Entry.Child child) {
                        paths(child.section(), paths);
                    } else {
                        paths.add(section.path(key));
                    }
                });
        return paths;
    }
}
