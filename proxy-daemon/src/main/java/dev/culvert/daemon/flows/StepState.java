package dev.culvert.daemon.flows;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How far a step is. */
public enum StepState {
    /** It has not begun. */
    WAITING,
    STARTED,
    DONE,

    /** Its condition did not hold, or what it uses was skipped. */
    SKIPPED,
    FAILED,
    CANCELLED,

    /** It had begun when the daemon ended, and may not be begun twice. */
    UNKNOWN;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether those that need it may go on. */
    boolean letsOthersGoOn() {
        return this == DONE || this == SKIPPED;
    }

    boolean isOver() {
        return this != WAITING && this != STARTED && this != UNKNOWN;
    }

    public static Optional<StepState> of(String label) {
        return Arrays.stream(values()).filter(it -> it.label().equals(label)).findAny();
    }
}
