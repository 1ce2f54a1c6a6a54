package dev.culvert.daemon.client.console;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.output.Tone;
import java.util.Locale;
import java.util.stream.Stream;

/** What commands and agents may do in the console; Shift+Tab goes round. */
public enum Mode {
    /** Nothing is changed. */
    READ(Effect.READ, Tone.GOOD, "only reading"),

    /** Changes are prepared, in files of this machine, and tried with {@code --dry-run}. */
    PLAN(Effect.LOCAL, Tone.CAUTION, "only reading, changes of your own files, and dry runs"),

    /** Everything is done. */
    APPLY(Effect.DESTROY, Tone.BAD, "everything");

    private final Effect most;
    private final Tone tone;
    private final String what;

    Mode(Effect most, Tone tone, String what) {
        this.most = most;
        this.tone = tone;
        this.what = what;
    }

    /**
     * The mode of this name.
     *
     * @throws UsageException if there is none
     */
    public static Mode named(String name) throws UsageException {
        return Stream.of(values())
                .filter(it -> it.label().equals(name))
                .findAny()
                .orElseThrow(() ->
                        new UsageException(
                                "'%s' is no mode: it is read, plan or apply".formatted(name)));
    }

    /** Whether commands with this effect are offered and run. */
    public boolean allows(Effect effect) {
        return effect.compareTo(most) <= 0;
    }

    /** The least mode that allows it. */
    public static Mode of(Effect effect) {
        return Stream.of(values()).filter(it -> it.allows(effect)).findFirst().orElse(APPLY);
    }

    /** That after it; after the last comes the first. */
    Mode next() {
        return switch (this) {
            case READ -> PLAN;
            case PLAN -> APPLY;
            case APPLY -> READ;
        };
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    Tone tone() {
        return tone;
    }

    /** What it allows, as a clause. */
    public String what() {
        return what;
    }
}
