package dev.culvert.guest.turn;

import java.time.Duration;

/**
 * How many turns there may be, and how much of what they said is kept.
 *
 * @param maxTurns open at once, of all connections; one more is answered with {@code overloaded}
 * @param logBytes of one turn: what is kept of it and what waits to be sent
 * @param logsBytes of all turns together
 * @param logTtl how long the log of a turn is kept after its end
 * @param orphanGrace how long a turn goes on that nobody reads
 * @param endedTurns of how many ended turns the ids are known
 * @param requestBytes of all turns whose runtime has not begun to answer
 */
public record TurnLimits(
        int maxTurns,
        int logBytes,
        int logsBytes,
        Duration logTtl,
        Duration orphanGrace,
        int endedTurns,
        int requestBytes) {
    /** Past it a turn whose reader takes nothing more is not read from the runtime either. */
    private static final int MAX_WAITING_BYTES = 32 << 10;

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
}
