package dev.culvert.checks;

import java.util.Locale;

/** What a check says of its target. */
public enum Verdict {
    /** It answers. That it wants a key, or knows no such page, is an answer. */
    REACHABLE,

    /**
     * It, or a proxy in front of it, answers that it does not work: with a status of 500 or more.
     */
    UNWELL,

    /** A hop on the way to it fails. */
    UNREACHABLE,

    /** Whoever asked may not have this address checked from here. */
    REFUSED;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
