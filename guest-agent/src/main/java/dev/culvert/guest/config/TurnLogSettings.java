package dev.culvert.guest.config;

import dev.culvert.about.Check;
import dev.culvert.about.Units;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.time.Duration;

/**
 * What is kept of turns, so that a host that lost its link can read on.
 *
 * @param bytes of one turn
 * @param allBytes of all turns together
 * @param ttl how long after a turn's end
 * @param orphanGrace how long a turn may go on that nobody reads
 * @param endedTurns of how many ended turns the ids are known, so that none runs twice; of the
 *     newer half of them there are logs
 */
public record TurnLogSettings(
        int bytes, int allBytes, Duration ttl, Duration orphanGrace, int endedTurns) {
    public static final TurnLogSettings DEFAULTS =
            new TurnLogSettings(
                    1 << 20, 16 << 20, Duration.ofSeconds(60), Duration.ofSeconds(30), 8192);

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
        Check.between("max_ended_turns", endedTurns, 2, 65_536);
    }

    static TurnLogSettings read(Section section) {
        return new TurnLogSettings(
                section.get("turn_log_bytes", Kind.BYTES, DEFAULTS.bytes),
                section.get("turn_logs_bytes", Kind.BYTES, DEFAULTS.allBytes),
                section.get("turn_log_ttl", Kind.DURATION, DEFAULTS.ttl),
                section.get("orphan_grace", Kind.DURATION, DEFAULTS.orphanGrace),
                section.get("max_ended_turns", Kind.INT, DEFAULTS.endedTurns));
    }
}
