package dev.culvert.daemon.client.console;

import dev.culvert.daemon.client.console.Entry.Argument;
import dev.culvert.daemon.client.console.Entry.Flag;
import dev.culvert.daemon.client.console.Suggestions.Item;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where in the arguments of a command the cursor is.
 *
 * @param value the flag whose value comes next
 * @param done how many arguments without a name there are
 */
record TypedArguments(Entry entry, List<String> rest, Optional<Flag> value, List<String> done) {
    static TypedArguments of(Entry entry, List<String> rest) {
        List<String> done = new ArrayList<>();
        Optional<Flag> value = Optional.empty();
        for (String word : rest) {
            if (value.isPresent()) {
                value = Optional.empty();
            } else if (word.startsWith("-") && word.length() > 1) {
                value =
                        word.contains("=")
                                ? Optional.empty()
                                : entry.flag(word).filter(Flag::takesValue);
            } else {
                done.add(word);
            }
        }
        return new TypedArguments(entry, rest, value, List.copyOf(done));
    }

    List<Item> items(String word, Suggestions.Sources from) {
        if (value.isPresent()) {
            return values(value.get().label(), value.get().values(), word, from);
        }
        if (word.startsWith("-")) {
            return entry.flags().stream()
                    .filter(it -> it.name().startsWith(word))
                    .filter(it -> it.names().stream().noneMatch(rest::contains))
                    .map(it ->
                            new Item(
                                    it.name(),
                                    it.takesValue()
                                            ? it.label() + ": " + it.summary()
                                            : it.summary()))
                    .toList();
        }
        return next().map(it -> values(it.label(), it.values(), word, from)).orElse(List.of());
    }

    private Optional<Argument> next() {
        int left = done.size();
        for (Argument argument : entry.arguments()) {
            if (left < argument.most()) {
                return Optional.of(argument);
            }
            left -= argument.most();
        }
        return Optional.empty();
    }

    private List<Item> values(
            String label, List<String> known, String word, Suggestions.Sources from) {
        List<String> values = known;
        if (known.isEmpty() && !label.isEmpty()) {
            values =
                    switch (label) {
                        case "FILE", "PATH", "DIR", "FOLDER" -> from.files().apply(word);
                        case "FLOW" ->
                                Stream.concat(
                                                from.names().apply(label).stream(),
                                                from.files().apply(word).stream())
                                        .toList();
                        case "GUEST" ->
                                from.names()
                                        .apply(
                                                switch (entry.words().split(" ", 2)[0]) {
                                                    case "vm" -> "VM";
                                                    case "ct" -> "CT";
                                                    default -> label;
                                                });
                        case "NAME" ->
                                switch (entry.words().split(" ", 2)[0]) {
                                    case "tunnel" -> from.names().apply("TUNNEL");
                                    case "keys" -> from.names().apply("KEY");
                                    default -> List.of();
                                };
                        default -> from.names().apply(label);
                    };
        }
        return Suggestions.items(values.stream().filter(it -> it.startsWith(word)));
    }

    /** What is still to come. */
    String hint() {
        if (value.isPresent()) {
            return value.get().label();
        }
        List<String> parts = new ArrayList<>();
        int left = done.size();
        for (Argument argument : entry.arguments()) {
            if (left >= argument.most()) {
                left -= argument.most();
            } else {
                parts.add(argument.hint());
            }
        }
        entry.flags().stream()
                .filter(it -> it.required() && it.names().stream().noneMatch(rest::contains))
                .forEach(it -> parts.add(it.name() + " " + it.label()));
        return String.join(" ", parts);
    }
}
