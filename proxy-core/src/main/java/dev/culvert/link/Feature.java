package dev.culvert.link;

import java.util.Locale;

/** What an agent may do beyond the base protocol (compatibility.md). */
public enum Feature {
    CREDIT,
    CANCEL,
    RESUME;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }
}
