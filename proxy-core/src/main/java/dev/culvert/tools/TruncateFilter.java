package dev.culvert.tools;

import static dev.culvert.tools.Seccomp.ALLOW;
import static dev.culvert.tools.Seccomp.DENY;
import static dev.culvert.tools.Seccomp.IS_ARM;
import static dev.culvert.tools.Seccomp.SECOND;
import static dev.culvert.tools.Seccomp.THIRD;
import static dev.culvert.tools.Seccomp.UNKNOWN;

/**
 * Keeps this thread, and every process that it starts from then on, from emptying files that it may
 * not write: for a Landlock that does not see it. A filter of seccomp.
 */
/*
 * Such a Landlock looks only at what a descriptor is opened for. So what is forbidden is truncate, which needs none;
 * O_TRUNC of what is not opened for writing; and openat2 and io_uring, whose flags a filter cannot see. What needs a
 * descriptor for writing (ftruncate, O_TRUNC with O_WRONLY or O_RDWR, creat) is Landlock's.
 */
final class TruncateFilter {
    private static final int TRUNCATE = IS_ARM ? 45 : 76;
    private static final int OPEN = 2; // not on ARM
    private static final int OPEN_AT = IS_ARM ? 56 : 257;
    private static final int OPEN_AT_2 = 437;

    /* Of the flags of a call that opens. An access of 3 lets the caller neither read nor write. */
    private static final int ACCESS_AND_TRUNCATE = 0x203;
    private static final int READ_AND_TRUNCATE = 0x200;
    private static final int NEITHER_AND_TRUNCATE = 0x203;

    /* Made before a thread is confined, which can load nothing any more. */
    private static final int[][] PROGRAM = program();

    private TruncateFilter() {}

    /** Sees that a confined thread has to load nothing. */
    static void load() {}

    static void install() throws KernelException {
        Seccomp.install(PROGRAM);
    }

    private static int[][] program() {
        Seccomp filter = Seccomp.ofCalls();
        if (!IS_ARM) {
            filter.call(OPEN, opening(SECOND));
        }
        return filter.endIf(TRUNCATE, DENY)
                .endIf(OPEN_AT_2, UNKNOWN) // programs use openat then
                .call(OPEN_AT, opening(THIRD))
                .end(ALLOW)
                .program();
    }

    private static Seccomp opening(int flags) {
        return Seccomp.ofOneCall()
                .load(flags)
                .mask(ACCESS_AND_TRUNCATE)
                .endIf(READ_AND_TRUNCATE, DENY)
                .endIf(NEITHER_AND_TRUNCATE, DENY)
                .end(ALLOW);
    }
}
