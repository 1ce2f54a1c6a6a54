package dev.culvert.daemon.client.doctor;

import java.util.Locale;

/** How bad a finding is, the best first. */
public enum Grade {
    OK,

    /** It could not be looked at, or does not matter here. */
    SKIPPED,

    /** It works now, but not as well as it could, or not for long. */
    WARNING,

    /** Something does not work. */
    FAILURE;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
