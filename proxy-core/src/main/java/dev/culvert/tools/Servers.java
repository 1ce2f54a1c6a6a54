package dev.culvert.tools;

/** Whether the agent starts programs whose tools it uses, and how they are confined. */
public enum Servers {
    /** None is started. */
    OFF,

    /** They write where commands do, and have no network; only where the kernel can see to it. */
    CONFINED,

    /** They may do whatever the agent's user may. */
    UNCONFINED
}
