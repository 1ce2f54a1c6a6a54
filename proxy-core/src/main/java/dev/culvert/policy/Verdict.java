package dev.culvert.policy;

import java.util.Locale;

/** What a rule says; a later constant beats an earlier one. */
public enum Verdict {
    ALLOW,
    ASK,
    DENY;

    /** As files have it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
