package dev.culvert.io;

import java.util.Locale;

/** Why bytes are held. */
public enum HeldKind {
    /** Heads and bodies of requests that have not arrived whole. */
    BODIES,
    /** Messages that are kept until the agent answers, to be sent again if the link is lost. */
    MESSAGES,
    /** Answers that are joined before they are sent. */
    ANSWERS,
    /** What was said in turns whose clients may go on with the results of their own tools. */
    CONTINUATIONS,
    /** What was written for clients that have not read it. */
    UNSENT,
    /** Lists of agents, shared by the clients that read them. */
    SNAPSHOTS,
    /** Frames that have not arrived whole. */
    FRAMES_IN,
    /** Frames that the peer has not read. */
    FRAMES_OUT;

    /* Letting go of a link's bytes ends the link and every turn on it: other holdings end first,
     * unless they are much smaller. */
    private static final int LINK_PART = 4;

    private final String label = name().toLowerCase(Locale.ROOT);

    public String label() {
        return label;
    }

    /** The weight of {@code bytes} of this kind when the largest holding is searched. */
    long rank(long bytes) {
        return switch (this) {
            case FRAMES_IN, FRAMES_OUT -> bytes / LINK_PART;
            case BODIES, MESSAGES, ANSWERS, CONTINUATIONS, UNSENT, SNAPSHOTS -> bytes;
        };
    }
}
