package dev.culvert.daemon.api.reach;

import org.jspecify.annotations.Nullable;

/** Reads what a request wants its connection to become. */
final class Upgrade {
    private Upgrade() {}

    /** Whether the header is a list that contains the word, in upper or lower case. */
    static boolean asks(@Nullable String header, String word) {
        if (header != null) {
            for (String option : header.split(",", -1)) {
                if (option.strip().equalsIgnoreCase(word)) {
                    return true;
                }
            }
        }
        return false;
    }
}
