package dev.culvert.tools;

/** A system call failed. */
final class KernelException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int errno;

    KernelException(String call, int errno) {
        super(call + " failed: " + Errno.name(errno), null, false, false);
        this.errno = errno;
    }

    int errno() {
        return errno;
    }
}
