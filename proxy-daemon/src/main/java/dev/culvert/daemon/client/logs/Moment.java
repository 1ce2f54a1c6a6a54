package dev.culvert.daemon.client.logs;

import dev.culvert.about.Units;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.io.Quoted;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/**
 * A time as people write it: {@code 2026-11-30T12:00:00Z}, or how long ago, such as {@code 30m}.
 */
public final class Moment {
    private static final long HOURS_OF_A_DAY = 24;

    private Moment() {}

    /**
     * Reads one.
     *
     * @param flag that has it, for the message
     * @throws UsageException if it is none
     */
    public static Instant of(String flag, String text, Instant now) throws UsageException {
        try {
            return text.contains("T")
                    ? Instant.parse(text)
                    : now.minus(Units.duration(hours(text)));
        } catch (DateTimeParseException | NumberFormatException _) {
            throw new UsageException(
                    "%s is '%s': it takes a time such as 2026-11-30T12:00:00Z, or how long ago, such as 30m, 2h or 1d"
                            .formatted(flag, Quoted.word(text)));
        }
    }

    private static String hours(String text) {
        return text.matches("[0-9]{1,3}d")
                ? Long.parseLong(text.substring(0, text.length() - 1)) * HOURS_OF_A_DAY + "h"
                : text;
    }
}
