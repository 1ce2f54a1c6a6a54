package dev.culvert.link;

import java.time.Duration;

/**
 * How long an exchange may take.
 *
 * @param silence without any frame for it
 * @param whole from its start to its end; zero for no such limit
 */
public record Patience(Duration silence, Duration whole) {
    public Patience {
        if (silence.isNegative() || silence.isZero()) {
            throw new IllegalArgumentException(
                    "the time-out is " + silence + ": it must be more than nothing");
        }
        if (whole.isNegative()) {
            throw new IllegalArgumentException(
                    "the deadline is " + whole + ": it must not be negative (0 means none)");
        }
    }

    public static Patience ofSilence(Duration silence) {
        return new Patience(silence, Duration.ZERO);
    }
}
