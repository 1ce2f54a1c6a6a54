package dev.culvert.link;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What an agent may do beyond the base protocol (compatibility.md). */
public enum Feature {
    CREDIT,
    CANCEL,
    RESUME,
    PROBE,
    PARTS,
    SUBJECTS,
    QUIESCE,
    APPROVALS,
    TOOLS,
    TUNNEL;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }

    /** Null for a name that this side does not know. */
    static @Nullable Feature of(String wireName) {
        for (Feature feature : values()) {
            if (feature.wireName.equals(wireName)) {
                return feature;
            }
        }
        return null;
    }
}
