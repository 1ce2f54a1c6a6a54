package dev.culvert.guest.config;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Which API the runtime speaks. */
public enum RuntimeKind {
    /** Chat completions. */
    OPENAI,
    /** Messages. */
    ANTHROPIC;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** In settings, in the host's configuration and in heartbeats. */
    public String wireName() {
        return wireName;
    }

    /** Null for a name that there is not. */
    public static @Nullable RuntimeKind of(String wireName) {
        for (RuntimeKind kind : values()) {
            if (kind.wireName.equals(wireName)) {
                return kind;
            }
        }
        return null;
    }
}
