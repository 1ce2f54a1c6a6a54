package dev.culvert.daemon.client.console;

import dev.culvert.about.Spelling;
import dev.culvert.daemon.client.console.Entry.Argument;
import dev.culvert.daemon.client.console.Entry.Flag;
import dev.culvert.io.Quoted;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds what is wrong with the arguments of a command before it runs. */
final class Validation {
    private static final String END_OF_FLAGS = "--";

    private Validation() {}

    /**
     * A sentence about the first mistake; empty if there is none that can be seen here.
     *
     * @param rest the words after those of the verb
     */
    static Optional<String> mistake(Entry entry, List<String> rest) {
        List<String> values = new ArrayList<>();
        List<Flag> given = new ArrayList<>();
        boolean flagsEnded = false;
        for (int i = 0; i < rest.size(); i++) {
            String word = rest.get(i);
            if (flagsEnded || !word.startsWith("-") || word.equals("-")) {
                values.add(word);
                continue;
            }
            if (word.equals(END_OF_FLAGS)) {
                flagsEnded = true;
                continue;
            }
            String name = word.split("=", 2)[0];
            Optional<Flag> flag = entry.flag(name).or(() -> ofLetter(entry, word));
            if (flag.isEmpty()) {
                return Optional.of(unknown(entry, name));
            }
            given.add(flag.get());
            boolean hasValue = name.length() < word.length() || !entry.hasFlag(name);
            if (flag.get().takesValue() && !hasValue) {
                i++;
                if (i == rest.size()) {
                    return Optional.of(
                            "%s needs a value: %s %s".formatted(name, name, flag.get().label()));
                }
            }
        }
        return given.stream().anyMatch(it -> it.names().contains("--help"))
                ? Optional.empty()
                : missing(entry, values, given);
    }

    /** {@code -ojson}. */
    private static Optional<Flag> ofLetter(Entry entry, String word) {
        return word.startsWith("--") || word.length() < 2
                ? Optional.empty()
                : entry.flag(word.substring(0, 2));
    }

    private static String unknown(Entry entry, String name) {
        List<String> names = entry.flags().stream().flatMap(it -> it.names().stream()).toList();
        return "'%s' has no flag %s%s (/help %s)"
                .formatted(
                        entry.words(),
                        Quoted.word(name),
                        Spelling.question(name, names),
                        entry.words());
    }

    private static Optional<String> missing(Entry entry, List<String> values, List<Flag> given) {
        List<Argument> arguments = entry.arguments();
        long needed = arguments.stream().filter(Argument::required).count();
        if (values.size() < needed) {
            Argument missing =
                    arguments.stream().filter(Argument::required).toList().get(values.size());
            return Optional.of("%s is missing: %s".formatted(missing.label(), usage(entry)));
        }
        long most = arguments.stream().mapToLong(Argument::most).sum();
        if (values.size() > most) {
            String more = values.get((int) most);
            return Optional.of(
                    "'%s' is one word too many: %s. To say it to the agent, begin the line with a backslash."
                            .formatted(Quoted.word(more), usage(entry)));
        }
        return entry.flags().stream()
                .filter(it -> it.required() && !given.contains(it))
                .findFirst()
                .map(it -> "%s %s is missing: %s".formatted(it.name(), it.label(), usage(entry)));
    }

    /** How it is typed. */
    static String usage(Entry entry) {
        return String.join(
                " ",
                Stream.of(
                                Stream.of(entry.words()),
                                entry.arguments().stream().map(Argument::hint),
                                entry.flags().stream()
                                        .filter(Flag::required)
                                        .map(it -> it.name() + " " + it.label()))
                        .flatMap(it -> it)
                        .toList());
    }
}
