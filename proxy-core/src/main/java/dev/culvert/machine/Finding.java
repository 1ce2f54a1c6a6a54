package dev.culvert.machine;

import java.util.Locale;

/**
 * Something that is wrong with a machine.
 *
 * @param area a member of the report, such as {@code memory}
 * @param sentence what is wrong
 * @param advice what to do
 */
public record Finding(Grade grade, String area, String sentence, String advice) {
    /** How bad it is. */
    public enum Grade {
        WARNING,
        FAILURE;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
