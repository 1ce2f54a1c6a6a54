package dev.culvert.daemon.client.output;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/** Times as people say them. */
public final class Ages {
    private static final long DAY = 86_400;
    private static final long HOUR = 3_600;
    private static final long MINUTE = 60;

    private Ages() {}

    /** How long ago that was, for example {@code 3m}; empty for an empty text. */
    public static String since(String time) {
        if (time.isEmpty()) {
            return "";
        }
        try {
            return of(Duration.between(Instant.parse(time), Instant.now()));
        } catch (DateTimeParseException _) {
            return time;
        }
    }

    /** The two largest units, for example {@code 2h5m}. */
    public static String of(Duration age) {
        long seconds = Math.max(0, age.toSeconds());
        if (seconds >= DAY) {
            return seconds / DAY + "d" + seconds % DAY / HOUR + "h";
        }
        if (seconds >= HOUR) {
            return seconds / HOUR + "h" + seconds % HOUR / MINUTE + "m";
        }
        return seconds >= MINUTE ? seconds / MINUTE + "m" + seconds % MINUTE + "s" : seconds + "s";
    }

    /** For example {@code 184 µs} or {@code 12.5 ms}. */
    public static String precise(Duration time) {
        long micros = time.toNanos() / 1_000;
        return micros < 1_000
                ? micros + " µs"
                : micros < 1_000_000
                        ? "%.1f ms".formatted(micros / 1_000.0)
                        : "%.2f s".formatted(micros / 1_000_000.0);
    }
}
