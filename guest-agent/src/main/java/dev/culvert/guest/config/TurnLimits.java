package dev.culvert.guest.config;

import dev.culvert.about.Check;
import dev.culvert.about.Units;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.time.Duration;

/**
 * How many turns there may be, and how much of what they said is kept, so that a host that lost its
 * link can read on.
 *
 * @param maxTurns open at once, over all links; one more is answered with {@code overloaded}
 * @param logBytes of one turn: the frames that are kept and what waits to be sent
 * @param logsBytes of all turns together
 * @param logTtl how long the log of a turn is kept after its end
 * @param orphanGrace how long a turn goes on that no link reads
 * @param endedTurns how many ids of ended turns are known, so that none runs twice; the newer half
 *     of them have logs
 * @param requestBytes of all requests that the runtime has not begun to answer
 * @param messageBytes of one message that comes in several frames
 */
public record TurnLimits(
        int maxTurns,
        int logBytes,
        int logsBytes,
        Duration logTtl,
        Duration orphanGrace,
        int endedTurns,
        int requestBytes,
        int messageBytes) {
    public static final TurnLimits DEFAULTS =
            new TurnLimits(
                    64,
                    1 << 20,
                    16 << 20,
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(30),
                    8192,
                    48 << 20,
                    32 << 20);

    private static final int LEAST_LOG_BYTES = 1024;

    /* Logs share the memory outside the heap with everything else; at the end of its turn a log is there twice. */
    private static final int MOST_LOG_BYTES = 4 << 20;
    private static final int MOST_LOGS_BYTES = 16 << 20;

    public TurnLimits {
        Check.atLeast("max_turns", maxTurns, 1);
        Check.bytesBetween("turn_log_bytes", logBytes, LEAST_LOG_BYTES, MOST_LOG_BYTES);
        Check.bytesBetween("turn_logs_bytes", logsBytes, LEAST_LOG_BYTES, MOST_LOGS_BYTES);
        Check.that(
                logsBytes >= logBytes,
                "turn_logs_bytes",
                Units.text(logsBytes),
                "it must be at least turn_log_bytes, which is " + Units.text(logBytes));
        Check.notNegative("turn_log_ttl", logTtl);
        Check.notNegative("orphan_grace", orphanGrace);
        Check.between("max_ended_turns", endedTurns, 2, 65_536);
        Check.bytesBetween(
                "max_requests_bytes",
                requestBytes,
                GuestSettings.LEAST_HELD_BYTES,
                GuestSettings.MOST_HELD_BYTES);
        Check.bytesBetween(
                "max_message_bytes", messageBytes, 4 << 20, GuestSettings.MOST_HELD_BYTES);
    }

    static TurnLimits read(Section section) {
        return new TurnLimits(
                section.get("max_turns", Kind.INT, DEFAULTS.maxTurns),
                section.get("turn_log_bytes", Kind.BYTES, DEFAULTS.logBytes),
                section.get("turn_logs_bytes", Kind.BYTES, DEFAULTS.logsBytes),
                section.get("turn_log_ttl", Kind.DURATION, DEFAULTS.logTtl),
                section.get("orphan_grace", Kind.DURATION, DEFAULTS.orphanGrace),
                section.get("max_ended_turns", Kind.INT, DEFAULTS.endedTurns),
                section.get("max_requests_bytes", Kind.BYTES, DEFAULTS.requestBytes),
                section.get("max_message_bytes", Kind.BYTES, DEFAULTS.messageBytes));
    }
}
