package dev.culvert.tools;

/** A system call failed. */
final class KernelException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int errno;
    private final String clause;

    KernelException(String call, int errno) {
        super(call + " failed: " + Errno.name(errno), null, false, false);
        this.errno = errno;
        clause = Errno.clause(errno);
    }

    /**
     * Of a call that the JDK made.
     *
     * @param clause why, in words that follow a path and a blank
     */
    KernelException(String call, String clause) {
        super(call + " failed: it " + clause, null, false, false);
        errno = 0;
        this.clause = clause;
    }

    /** 0 if the JDK does not tell it. */
    int errno() {
        return errno;
    }

    /** Why, in words that follow a path and a blank. */
    String clause() {
        return clause;
    }
}
