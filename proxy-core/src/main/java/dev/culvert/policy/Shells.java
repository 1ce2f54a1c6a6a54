package dev.culvert.policy;

import java.util.Set;

/** Programs that run what they are told in a language of their own. */
final class Shells {
    private static final Set<String> NAMES =
            Set.of(
                    "sh", "ash", "bash", "rbash", "dash", "ksh", "mksh", "zsh", "fish", "csh",
                    "tcsh", "busybox", "toybox", "pwsh", "nu", "elvish", "xonsh");

    private Shells() {}

    static boolean isShell(String program) {
        return NAMES.contains(name(program));
    }

    /** The program without its folder. */
    static String name(String program) {
        return program.substring(program.lastIndexOf('/') + 1);
    }
}
