package dev.culvert.daemon.fleet;

import java.util.Locale;

/** Whether an agent takes work. */
public enum AgentState {
    /** The daemon dials it, or it has not confirmed its configuration yet. */
    CONNECTING,
    READY,
    UNREACHABLE,
    /** It has said that it is shutting down, or an operator drains it. */
    DRAINING,
    /**
     * It takes no new turns, and its turns are parked: its virtual machine is about to be paused.
     */
    QUIESCED;

    private final String label = name().toLowerCase(Locale.ROOT);

    public String label() {
        return label;
    }

    /** The word for people: whether it is there at all. */
    public String presence() {
        return switch (this) {
            case READY, DRAINING, QUIESCED -> "online";
            case UNREACHABLE -> "offline";
            case CONNECTING -> label;
        };
    }
}
