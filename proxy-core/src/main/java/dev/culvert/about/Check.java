package dev.culvert.about;

import java.time.Duration;

/** The checks of settings records; every message begins with the key. */
public final class Check {
    private Check() {}

    public static void atLeast(String key, long value, long least) {
        that(value >= least, key, value, "it must be at least " + least);
    }

    public static void between(String key, long value, long least, long most) {
        that(
                value >= least && value <= most,
                key,
                value,
                "it must be from " + least + " to " + most);
    }

    /** As {@link #between}, for a size, in the message as people write it. */
    public static void bytesBetween(String key, int value, int least, int most) {
        that(
                value >= least && value <= most,
                key,
                Units.text(value),
                "it must be from " + Units.text(least) + " to " + Units.text(most));
    }

    public static void positive(String key, Duration value) {
        that(value.isPositive(), key, Units.text(value), "it must be more than nothing");
    }

    public static void notNegative(String key, Duration value) {
        that(!value.isNegative(), key, Units.text(value), "it must not be negative");
    }

    /** Throws {@code KEY is VALUE: SENTENCE}; a settings section finds the key at its start. */
    public static void that(boolean holds, String key, Object value, String sentence) {
        if (!holds) {
            throw new IllegalArgumentException(key + " is " + value + ": " + sentence);
        }
    }
}
