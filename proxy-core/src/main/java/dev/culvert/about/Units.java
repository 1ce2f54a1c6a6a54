package dev.culvert.about;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times and sizes as people write them. */
public final class Units {
    private static final Map<String, Long> MILLIS =
            Map.of("", 1_000L, "ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L);
    private static final Map<String, Long> BYTES =
            Map.of("", 1L, "B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);
    private static final long MAX_MILLIS = Duration.ofDays(365).toMillis();
    private static final Pattern QUANTITY = Pattern.compile("(\\d{1,12}) ?([A-Za-z]*)");

    private Units() {}

    /** Reads {@code 500ms}, {@code 10s}, {@code 2m}, {@code 1h}, or a plain number of seconds. */
    public static Duration duration(String text) {
        return Duration.ofMillis(quantity(text, MILLIS, MAX_MILLIS));
    }

    /** Reads {@code 512}, {@code 64KiB}, {@code 1MiB} or {@code 1GiB}. */
    public static int bytes(String text) {
        return (int) quantity(text, BYTES, Integer.MAX_VALUE);
    }

    /** The same without a bound that matters: up to 1,024 TiB. */
    public static long largeBytes(String text) {
        return quantity(text, BYTES, 1L << 50);
    }

    /** Reads {@code 75%}. */
    public static int percent(String text) {
        if (!text.matches("\\d{1,3}%")) {
            throw new NumberFormatException(text);
        }
        return Integer.parseInt(text.substring(0, text.length() - 1));
    }

    /** The shortest text that means this duration, without fractions of a millisecond. */
    public static String text(Duration duration) {
        long millis = duration.toMillis();
        return millis == 0 ? "0s" : text(millis, MILLIS, "h", "m", "s", "ms");
    }

    /** The shortest text that means this size. */
    public static String text(long bytes) {
        return bytes == 0 ? "0" : text(bytes, BYTES, "GiB", "MiB", "KiB", "");
    }

    private static long quantity(String text, Map<String, Long> units, long most) {
        Matcher matcher = QUANTITY.matcher(text);
        if (matcher.matches()) {
            long unit = units.getOrDefault(matcher.group(2), 0L);
            long number = Long.parseLong(matcher.group(1));
            if (unit > 0 && number <= most / unit) {
                return number * unit;
            }
        }
        throw new NumberFormatException(text);
    }

    private static String text(long value, Map<String, Long> units, String... largestFirst) {
        for (String name : largestFirst) {
            long unit = units.getOrDefault(name, 1L);
            if (value % unit == 0) {
                return value / unit + name;
            }
        }
        throw new IllegalStateException("the last unit divides everything");
    }
}
