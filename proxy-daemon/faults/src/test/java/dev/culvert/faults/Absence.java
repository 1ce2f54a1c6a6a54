package dev.culvert.faults;

import java.time.Duration;

/**
 * How long a client has been cut off from its turn. After a grace has passed, the daemon or the
 * agent may say that the turn is gone: a series of kills on a busy machine can take longer than
 * every grace. Confined to its client's thread.
 */
final class Absence {
    /** How long the daemon keeps a turn for a client whose connection broke. */
    static final Duration RESUME_GRACE = Duration.ofSeconds(8);

    /** How long the agent keeps a turn whose link broke. */
    static final Duration ORPHAN_GRACE = Duration.ofSeconds(15);

    /** How long the agent keeps the log of an ended turn. */
    static final Duration LOG_TTL = Duration.ofSeconds(60);

    private long sinceNanos = System.nanoTime();

    /** The client got something of its turn. */
    void end() {
        sinceNanos = System.nanoTime();
    }

    private boolean isOver(Duration grace) {
        return System.nanoTime() - sinceNanos >= grace.toNanos();
    }

    /** Whether the daemon may have given up a turn that the agent never got. */
    boolean mayHaveBeenDropped() {
        return isOver(RESUME_GRACE);
    }

    /** Why the turn may be lost with this code; empty if it may not. */
    String excuse(String code) {
        return switch (code) {
            case "cancelled" -> isOver(RESUME_GRACE) ? "it was given up during a long absence" : "";
            case "log_truncated" ->
                    isOver(LOG_TTL) ? "its log expired during a long absence" : Scene.NO_ROOM;
            default -> "";
        };
    }
}
