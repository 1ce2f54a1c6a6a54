package dev.culvert.daemon.client.doctor;

import org.jspecify.annotations.Nullable;

/**
 * What an inspection found.
 *
 * @param what in one line
 * @param cause why it is so, or what follows from it; empty if all is well
 * @param fix what to do; empty if all is well
 * @param remedy a safe command that does it; null if a person has to
 */
public record Finding(Grade grade, String what, String cause, String fix, @Nullable Remedy remedy) {

    static Finding ok(String what) {
        return new Finding(Grade.OK, what, "", "", null);
    }

    static Finding skipped(String what) {
        return new Finding(Grade.SKIPPED, what, "", "", null);
    }

    static Finding warning(String what, String cause, String fix) {
        return new Finding(Grade.WARNING, what, cause, fix, null);
    }

    static Finding failure(String what, String cause, String fix) {
        return new Finding(Grade.FAILURE, what, cause, fix, null);
    }

    /** The same, with a command that {@code --fix} runs. */
    Finding with(Remedy safe) {
        return new Finding(grade, what, cause, fix, safe);
    }
}
