package dev.culvert.guest.session;

import java.time.Duration;

/**
 * How many turns there may be, and how much of what they said is kept.
 *
 * @param maxTurns open at once, of all connections; one more is answered with {@code overloaded}
 * @param logBytes of one turn: what is kept of it and what waits to be sent
 * @param logsBytes of all turns together
 * @param logTtl how long the log of a turn is kept after its end
 * @param orphanGrace how long a turn goes on that nobody reads
 */
public record TurnLimits(
        int maxTurns, int logBytes, int logsBytes, Duration logTtl, Duration orphanGrace) {
    public static final TurnLimits DEFAULTS =
            new TurnLimits(64, 1 << 20, 16 << 20, Duration.ofSeconds(60), Duration.ofSeconds(30));

    /** Past it a turn whose reader takes nothing more is not read from the runtime either. */
    private static final int MAX_WAITING_BYTES = 32 << 10;

    public TurnLimits {
        atLeast("max_turns", maxTurns, 1);
        atLeast("turn_log_bytes", logBytes, 1024);
        atLeast("turn_logs_bytes", logsBytes, logBytes);
        notNegative("turn_log_ttl", logTtl);
        notNegative("orphan_grace", orphanGrace);
    }

    /** What is kept of all turns together where nothing of it was ever sent. */
    long mostLogsBytes() {
        return logsBytes + logsBytes / 8L;
    }

    /** What may wait of a turn for its reader. */
    int waitingBytes() {
        return Math.min(MAX_WAITING_BYTES, unreadBytes());
    }

    /** What may wait of a turn that nobody reads. */
    int unreadBytes() {
        return logBytes / 2;
    }

    private static void atLeast(String key, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    key + " is " + value + ": it must be at least " + least);
        }
    }

    private static void notNegative(String key, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(key + " is negative");
        }
    }
}
