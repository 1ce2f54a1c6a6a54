package dev.culvert.daemon.config;

import java.util.Locale;

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
}
