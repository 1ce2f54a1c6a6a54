package dev.culvert.daemon.flows;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How far a run is. */
public enum RunState {
    /** Steps run, or will. */
    RUNNING,

    /** Somebody has to say whether a step was done before the daemon ended. */
    UNKNOWN,
    DONE,
    FAILED,
    CANCELLED;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether nothing will happen any more. */
    public boolean isOver() {
        return this != RUNNING && this != UNKNOWN;
    }

    public static Optional<RunState> of(String label) {
        return Arrays.stream(values()).filter(it -> it.label().equals(label)).findAny();
    }
}
