package dev.culvert.daemon.http;

import java.util.Locale;

/** How far a request has got, in order. */
public enum Phase {
    /** Its head arrives. */
    HEAD,
    /** Its body arrives. */
    BODY,
    /** Its route decides what to do. */
    HANDLING,
    /** It waits for a link to the agent. */
    DIALLING,
    /** The agent has it, and has not begun to answer. */
    WAITING,
    /** The answer is under way. */
    STREAMING;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** As the access log names it. */
    public String label() {
        return label;
    }
}
