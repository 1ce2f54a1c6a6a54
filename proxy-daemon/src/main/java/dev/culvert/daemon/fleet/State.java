package dev.culvert.daemon.fleet;

import java.util.Locale;

/** How an agent is. */
public enum State {
    /** It is being reached, or has not confirmed its configuration yet. */
    CONNECTING,
    READY,
    UNREACHABLE,
    /** It says that it is shutting down. */
    DRAINING;

    private final String label = name().toLowerCase(Locale.ROOT);

    public String label() {
        return label;
    }
}
