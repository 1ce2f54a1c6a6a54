package dev.culvert.daemon.fleet;

import java.util.Locale;

/** What is true of an agent that answers, beside its state. */
public enum Condition {
    /** It works on turns. */
    BUSY,

    /** It says that it cannot reach its runtime, so turns will fail. */
    DEGRADED;

    private final String label = name().toLowerCase(Locale.ROOT);

    public String label() {
        return label;
    }
}
