package dev.culvert.tools;

/** How tools open what is beneath their directory. */
/* None can be led out by whoever renames things meanwhile: no name is "..", and no link is followed. */
public enum Opener {
    /** The kernel checks each step of a path. */
    AT_ONCE("openat2"),

    /** Where {@code openat2} is missing (before Linux 5.6) or forbidden. */
    STEP_BY_STEP("name by name"),

    /** Where the calls of Linux cannot be made, as on other systems; name by name, too. */
    BY_STREAMS("by directory streams");

    private final String label;

    Opener(String label) {
        this.label = label;
    }

    /** The best one of this system. */
    static Opener here() {
        if (!Support.isLinux()) {
            return BY_STREAMS;
        }
        try {
            return KernelFolder.canAtOnce() ? AT_ONCE : STEP_BY_STEP;
        } catch (LinkageError e) {
            return BY_STREAMS; // an old C library, or a Java that may not call it
        }
    }

    /** For people, and for heartbeats. */
    @Override
    public String toString() {
        return label;
    }
}
