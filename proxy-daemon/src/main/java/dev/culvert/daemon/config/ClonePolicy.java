package dev.culvert.daemon.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What becomes of a second guest that has the identity of one that is connected. */
public enum ClonePolicy {
    /** It takes the place of the first. */
    SUPERSEDE,

    /** It is refused. */
    REJECT,

    /** It becomes an agent of its own. */
    FORK_AS_CHILD;

    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static String labels() {
        return Arrays.stream(values()).map(ClonePolicy::label).collect(Collectors.joining(", "));
    }

    static ClonePolicy of(String label) {
        return Arrays.stream(values())
                .filter(policy -> policy.label().equals(label))
                .findAny()
                .orElseThrow(() -> new NumberFormatException(label));
    }
}
