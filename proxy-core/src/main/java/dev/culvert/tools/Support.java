package dev.culvert.tools;

/**
 * What the kernel of this machine offers to keep tools where they belong.
 *
 * @param openat2 whether it checks each step of a path itself
 * @param landlock the version of its interface; 0 where it cannot confine the files of commands
 * @param seccomp whether it can decide which sockets commands make
 */
public record Support(boolean openat2, int landlock, boolean seccomp) {
    private static final Support NONE = new Support(false, 0, false);

    /** Whether tools for files can work on this system: it is Linux. */
    public static boolean isHere() {
        return System.getProperty("os.name", "").equals("Linux");
    }

    /** Looks; takes a millisecond or a few. */
    public static Support here() {
        if (!isHere()) {
            return NONE;
        }
        return new Support(isCheckedByTheKernel(), Confinement.VERSION, Seccomp.isHere());
    }

    private static boolean isCheckedByTheKernel() {
        try {
            int root = Kernel.openDirectory("/");
            try {
                return Opener.here(root) == Opener.AT_ONCE;
            } finally {
                Kernel.close(root);
            }
        } catch (KernelException e) {
            return false;
        }
    }
}
