package dev.culvert.tools;

/**
 * What this system offers to keep tools where they belong.
 *
 * @param opener how files are opened
 * @param landlock the version of its interface; 0 where it cannot confine the files of commands
 * @param seccomp whether it can decide which sockets commands make
 */
public record Support(Opener opener, int landlock, boolean seccomp) {
    /** Why no program is started where files are opened by streams. */
    static final String NO_PROGRAMS =
            "programs are not started here, because nothing can confine them (Landlock) and close"
                    + " the network for them (seccomp): this needs Linux";

    static boolean isLinux() {
        return System.getProperty("os.name", "").equals("Linux");
    }

    /** Looks; takes a millisecond or a few. */
    public static Support here() {
        Opener opener = Opener.here();
        return opener == Opener.BY_STREAMS
                ? new Support(opener, 0, false)
                : new Support(opener, Confinement.VERSION, Seccomp.isHere());
    }
}
