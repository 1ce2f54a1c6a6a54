package dev.culvert.tools;

/**
 * What this system offers to keep tools where they belong.
 *
 * @param opener how files are opened
 * @param landlock the version of its interface; 0 where it cannot confine the files of commands
 * @param seccomp whether it can decide which sockets commands make
 */
public record Support(Opener opener, int landlock, boolean seccomp) {
    /** Why no program is started on another system than Linux. */
    static final String NO_PROGRAMS =
            "programs are not started here: only Linux has what confines them (Landlock) and closes"
                    + " the network for them (seccomp)";

    static boolean isLinux() {
        return System.getProperty("os.name", "").equals("Linux");
    }

    /** Looks; takes a millisecond or a few. */
    public static Support here() {
        return isLinux()
                ? new Support(Opener.here(), Confinement.VERSION, Seccomp.isHere())
                : new Support(Opener.BY_STREAMS, 0, false);
    }
}
