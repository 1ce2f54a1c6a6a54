package dev.culvert.tools;

/** The error numbers of Linux that the tools tell apart, and words for them. */
final class Errno {
    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int ENXIO = 6;
    static final int EAGAIN = 11;
    static final int EACCES = 13;
    static final int EFAULT = 14;
    static final int EEXIST = 17;
    static final int EXDEV = 18;
    static final int ENOTDIR = 20;
    static final int EISDIR = 21;
    static final int EINVAL = 22;
    static final int ENOSPC = 28;
    static final int EROFS = 30;
    static final int ENAMETOOLONG = 36;
    static final int ENOSYS = 38;
    static final int ELOOP = 40;
    static final int EDQUOT = 122;

    private Errno() {}

    /** In words that follow a path and a blank. */
    static String clause(int errno) {
        return switch (errno) {
            case ENOENT -> "does not exist";
            case EACCES, EPERM -> "is not accessible to the agent's user";
            case EEXIST -> "exists already";
            case ENOTDIR -> "is not a directory, or a part of its path is not";
            case EISDIR -> "is a directory";
            case ELOOP -> "is, or leads through, a symbolic link, which tools never follow";
            case EXDEV -> "leads out of the tools' directory";
            case ENOSPC, EDQUOT -> "does not fit on the disk";
            case EROFS -> "is on a file system that cannot be written to";
            case ENAMETOOLONG -> "has a name that is too long";
            case ENXIO -> "is a socket or a pipe";
            default -> "cannot be used (" + name(errno) + ")";
        };
    }

    static String name(int errno) {
        return switch (errno) {
            case EPERM -> "EPERM";
            case ENOENT -> "ENOENT";
            case EINTR -> "EINTR";
            case ENXIO -> "ENXIO";
            case EAGAIN -> "EAGAIN";
            case EACCES -> "EACCES";
            case EEXIST -> "EEXIST";
            case EXDEV -> "EXDEV";
            case ENOTDIR -> "ENOTDIR";
            case EISDIR -> "EISDIR";
            case EINVAL -> "EINVAL";
            case ENOSPC -> "ENOSPC";
            case EROFS -> "EROFS";
            case ENAMETOOLONG -> "ENAMETOOLONG";
            case ENOSYS -> "ENOSYS";
            case ELOOP -> "ELOOP";
            case EDQUOT -> "EDQUOT";
            default -> "errno " + errno;
        };
    }
}
