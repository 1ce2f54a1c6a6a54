package dev.culvert.tools;

/**
 * What a file is.
 *
 * @param mode its kind and its permissions, as {@code st_mode} has them; without a kind, it is
 *     something that tools never touch
 */
record Stat(int mode, long size) {
    static final int PERMISSIONS = 0777;
    static final int REGULAR = 0x8000;
    static final int DIRECTORY = 0x4000;
    static final int SYMBOLIC_LINK = 0xa000;
    private static final int KIND = 0xf000;

    boolean isRegular() {
        return (mode & KIND) == REGULAR;
    }

    boolean isDirectory() {
        return (mode & KIND) == DIRECTORY;
    }

    boolean isSymbolicLink() {
        return (mode & KIND) == SYMBOLIC_LINK;
    }

    int permissions() {
        return mode & PERMISSIONS;
    }

    /** In words that follow "is". */
    String kind() {
        return switch (mode & KIND) {
            case REGULAR -> "a file";
            case DIRECTORY -> "a directory";
            case SYMBOLIC_LINK -> "a symbolic link";
            case 0x1000 -> "a named pipe";
            case 0xc000 -> "a socket";
            case 0x2000, 0x6000 -> "a device";
            default -> "a pipe, a socket or a device";
        };
    }
}
