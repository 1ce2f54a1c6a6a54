package dev.culvert.tools;

/** How large a file may be that a tool holds as a whole. */
final class FileBounds {
    /** What the agent's small heap has room for, several times at once. */
    static final int MOST_BYTES = 1 << 20;

    private FileBounds() {}

    static long most(Grant grant) {
        return Math.min(MOST_BYTES, grant.limits().maxFileBytes());
    }

    static void check(long bytes, Grant grant) throws ToolException {
        if (bytes > most(grant)) {
            throw new ToolException(
                    "the file would have "
                            + bytes
                            + " bytes, and this tool writes up to "
                            + most(grant));
        }
    }
}
