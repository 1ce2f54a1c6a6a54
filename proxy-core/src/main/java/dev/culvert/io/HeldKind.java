package dev.culvert.io;

import java.util.Locale;

/** What bytes wait for. */
public enum HeldKind {
    /** Requests under way: heads and bodies that are not complete. */
    BODIES,
    /** Messages that are kept until the agent has answered, to be sent again if need be. */
    MESSAGES,
    /** Answers that are joined before they are sent. */
    ANSWERS,
    /** What was written for clients and not taken by them. */
    UNSENT,
    /** Lists of agents that several clients read. */
    SNAPSHOTS,
    /** Frames that have come in part. */
    FRAMES_IN,
    /** Frames that the peer has not taken. */
    FRAMES_OUT;

    /* What a link holds ends with the link and every turn on it: others come first, unless they are
     * much smaller. */
    private static final int LINK_PART = 4;

    private final String label = name().toLowerCase(Locale.ROOT);

    public String label() {
        return label;
    }

    /** How large {@code bytes} of this kind count when the largest is to end. */
    long rank(long bytes) {
        return switch (this) {
            case FRAMES_IN, FRAMES_OUT -> bytes / LINK_PART;
            case BODIES, MESSAGES, ANSWERS, UNSENT, SNAPSHOTS -> bytes;
        };
    }
}
