package dev.culvert.guest.config;

import dev.culvert.config.Check;
import dev.culvert.config.Kind;
import dev.culvert.config.Section;
import dev.culvert.config.Units;

import java.time.Duration;

/**
 * What is kept of turns, so that a host that lost its link can read on.
 *
 * @param bytes of one turn
 * @param allBytes of all turns together
 * @param ttl how long after a turn's end
 * @param orphanGrace how long a turn may go on that nobody reads
 */
public record TurnLogSettings(int bytes, int allBytes, Duration ttl, Duration orphanGrace) {
    private static final int LEAST_BYTES = 1024;

    /* The guest's memory outside the heap has to bear them beside all else, and a log twice when its turn ends. */
    private static final int MOST_BYTES = 4 << 20;
    private static final int MOST_ALL_BYTES = 16 << 20;

    public TurnLogSettings {
        Check.bytesBetween("turn_log_bytes", bytes, LEAST_BYTES, MOST_BYTES);
        Check.bytesBetween("turn_logs_bytes", allBytes, LEAST_BYTES, MOST_ALL_BYTES);
        Check.that(
                allBytes >= bytes,
                "turn_logs_bytes",
                Units.text(allBytes),
                "it must be at least turn_log_bytes, which is " + Units.text(bytes));
        Check.notNegative("turn_log_ttl", ttl);
        Check.notNegative("orphan_grace", orphanGrace);
    }

    static TurnLogSettings read(Section section) {
        return new TurnLogSettings(
                section.get("turn_log_bytes", Kind.BYTES, 1 << 20),
                section.get("turn_logs_bytes", Kind.BYTES, 16 << 20),
                section.get("turn_log_ttl", Kind.DURATION, Duration.ofSeconds(60)),
                section.get("orphan_grace", Kind.DURATION, Duration.ofSeconds(30)));
    }
}
