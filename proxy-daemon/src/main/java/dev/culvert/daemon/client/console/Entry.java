package dev.culvert.daemon.client.console;

import java.util.List;
import java.util.Optional;

/**
 * A command that can be typed.
 *
 * @param words those of the verb: {@code agents show}
 * @param summary one line for people
 * @param group under which the help lists it
 * @param effects what it does
 * @param arguments those without a name, in their order
 * @param flags those of its own first
 */
public record Entry(
        String words,
        String summary,
        String group,
        Effects effects,
        List<Argument> arguments,
        List<Flag> flags) {
    static final String DRY_RUN = "--dry-run";
    static final String YES = "--yes";

    public Entry {
        arguments = List.copyOf(arguments);
        flags = List.copyOf(flags);
    }

    /**
     * What a command does.
     *
     * @param full with any arguments
     * @param bare without any, where it may only show
     * @param offered whether the daemon lets this caller do it, as far as that is known
     */
    public record Effects(Effect full, Effect bare, boolean offered) {
        public static Effects of(Effect effect) {
            return new Effects(effect, effect, true);
        }
    }

    /**
     * An argument without a name.
     *
     * @param label as the help has it, which also says what it names: {@code AGENT}
     * @param most how many words it takes
     * @param values those to choose from; empty for any
     */
    public record Argument(String label, boolean required, int most, List<String> values) {
        public Argument {
            values = List.copyOf(values);
        }

        String hint() {
            String shown = most > 1 ? label + "…" : label;
            return required ? shown : "[" + shown + "]";
        }
    }

    /**
     * An argument with a name.
     *
     * @param names with their hyphens
     * @param label of its value; empty if it takes none
     * @param values those to choose from; empty for any
     * @param common whether all commands have it
     */
    public record Flag(
            List<String> names,
            String label,
            String summary,
            boolean required,
            List<String> values,
            boolean common) {
        public Flag {
            names = List.copyOf(names);
            values = List.copyOf(values);
        }

        boolean takesValue() {
            return !label.isEmpty();
        }

        /** The name for people: the long one. */
        String name() {
            return names.stream()
                    .filter(it -> it.startsWith("--"))
                    .findFirst()
                    .orElse(names.get(0));
        }
    }

    Optional<Flag> flag(String name) {
        return flags.stream().filter(it -> it.names().contains(name)).findAny();
    }

    boolean hasFlag(String name) {
        return flag(name).isPresent();
    }

    /**
     * What it does with these arguments: a dry run changes nothing.
     *
     * @param rest the words after those of the verb
     */
    Effect effect(List<String> rest) {
        if (rest.contains("--help")
                || rest.contains("-h")
                || (rest.contains(DRY_RUN) && hasFlag(DRY_RUN))) {
            return Effect.READ;
        }
        return isBare(rest) ? effects.bare() : effects.full();
    }

    /* The flags that all commands have change nothing. */
    private boolean isBare(List<String> rest) {
        for (int i = 0; i < rest.size(); i++) {
            String word = rest.get(i);
            String name = word.split("=", 2)[0];
            Optional<Flag> flag = flag(name).filter(Flag::common);
            if (flag.isEmpty()) {
                return false;
            }
            if (flag.get().takesValue() && name.length() == word.length()) {
                i++;
            }
        }
        return true;
    }

    /** How many words the verb has. */
    int length() {
        return words.split(" ", -1).length;
    }
}
