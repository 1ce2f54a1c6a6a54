package dev.culvert.tools;

/** Whether the agent runs commands, and how they are confined. */
public enum Commands {
    /** None is run. */
    OFF,

    /** Only where the kernel can confine what they do to files (Landlock). */
    CONFINED,

    /** Where it cannot, they may do to files whatever the agent's user may. */
    UNCONFINED
}
