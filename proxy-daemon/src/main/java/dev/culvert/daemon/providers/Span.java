package dev.culvert.daemon.providers;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The times that a budget is for. They begin with an hour, or a day, of UTC. */
public enum Span {
    HOUR("hour", ChronoUnit.HOURS),
    DAY("day", ChronoUnit.DAYS);

    private final String label;
    private final ChronoUnit unit;

    Span(String label, ChronoUnit unit) {
        this.label = label;
        this.unit = unit;
    }

    /** For people and the database. */
    public String label() {
        return label;
    }

    /**
     * The one with that label.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Span of(String label) {
        for (Span span : values()) {
            if (span.label.equals(label)) {
                return span;
            }
        }
        throw new IllegalArgumentException("it is neither an hour nor a day");
    }

    Instant start(Instant within) {
        return within.truncatedTo(unit);
    }

    /** Of the one that begins then. */
    Instant end(Instant start) {
        return start.plus(unit.getDuration());
    }

    /** Whole seconds, at least one. */
    static int seconds(Instant from, Instant to) {
        return (int) Math.max(1, Duration.between(from, to).plusMillis(999).toSeconds());
    }
}
