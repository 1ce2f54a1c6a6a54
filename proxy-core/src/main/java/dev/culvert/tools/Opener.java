package dev.culvert.tools;

import java.util.List;

/** Opens what is beneath a directory without following a symbolic link anywhere. */
/* Neither way can be led out by whoever renames things meanwhile: no name is "..", and no link is followed. */
enum Opener {
    /** {@code openat2}: the kernel checks each step. */
    AT_ONCE {
        @Override
        int open(int root, WorkPath path, int flags, int mode) throws KernelException {
            for (int tries = 0; ; tries++) {
                try {
                    return Kernel.openBeneath(root, path.toString(), flags, mode, BENEATH);
                } catch (KernelException e) {
                    if (e.errno() != Errno.EAGAIN || tries == MOST_TRIES) { // something was renamed
                        throw e;
                    }
                }
            }
        }
    },

    /** Name by name, where {@code openat2} is missing (before Linux 5.6) or forbidden. */
    STEP_BY_STEP {
        @Override
        int open(int root, WorkPath path, int flags, int mode) throws KernelException {
            if (path.isRoot()) {
                return Kernel.open(root, ".", flags, mode);
            }
            int at = root;
            try {
                for (String name : path.parent().names()) {
                    int next = Kernel.open(at, name, STEP, 0);
                    closeUnless(root, at);
                    at = next;
                }
                return Kernel.open(at, path.last(), flags | Kernel.NO_FOLLOW, mode);
            } finally {
                closeUnless(root, at);
            }
        }
    };

    private static final int MOST_TRIES = 16;
    private static final int STEP =
            Kernel.PATH_ONLY | Kernel.DIRECTORY | Kernel.NO_FOLLOW | Kernel.CLOSE_ON_EXEC;

    /* No symbolic link at all, rather than none that leads out: a policy has judged the path as it is spelled. */
    private static final long BENEATH =
            Kernel.RESOLVE_BENEATH | Kernel.RESOLVE_NO_MAGICLINKS | Kernel.RESOLVE_NO_SYMLINKS;

    /** Returns a descriptor, which the caller closes. */
    abstract int open(int root, WorkPath path, int flags, int mode) throws KernelException;

    /** The better one that works here. */
    static Opener here(int root) {
        try {
            Kernel.close(AT_ONCE.open(root, new WorkPath(List.of()), STEP, 0));
            return AT_ONCE;
        } catch (KernelException e) {
            return STEP_BY_STEP; // ENOSYS, or EPERM from a seccomp filter that does not know it
        }
    }

    private static void closeUnless(int root, int descriptor) {
        if (descriptor != root) {
            Kernel.close(descriptor);
        }
    }
}
