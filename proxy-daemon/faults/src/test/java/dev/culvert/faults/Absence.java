package dev.culvert.faults;

import java.time.Duration;

/**
 * How long a client has been without its turn, against its will. Where that is longer than what the
 * turn is kept for, it may be told that the turn is gone: a chain of kills on a machine that has
 * much else to do can outlast every grace. Confined to its client's thread.
 */
final class Absence {
    /** How long the daemon keeps a stream's turn going for a client that was lost. */
    static final Duration RESUME_GRACE = Duration.ofSeconds(8);

    /** How long the agent lets a turn run whose link was lost. */
    static final Duration ORPHAN_GRACE = Duration.ofSeconds(15);

    /** How long the agent keeps what an ended turn has said. */
    static final Duration LOG_TTL = Duration.ofSeconds(60);

    private long sinceNanos = System.nanoTime();

    /** The client has something of its turn. */
    void end() {
        sinceNanos = System.nanoTime();
    }

    private boolean isOver(Duration grace) {
        return System.nanoTime() - sinceNanos >= grace.toNanos();
    }

    /** Whether a turn that the agent never had may have been given up by the daemon. */
    boolean mayHaveBeenDropped() {
        return isOver(RESUME_GRACE);
    }

    /** Why the turn may be lost with this code; empty where it may not. */
    String excuse(String code) {
        return switch (code) {
            case "cancelled" -> isOver(RESUME_GRACE) ? "it was given up in a long absence" : "";
            case "log_truncated" ->
                    isOver(LOG_TTL) ? "its log expired in a long absence" : Scene.NO_ROOM;
            default -> "";
        };
    }
}
