package dev.culvert.guest.turn;

import dev.culvert.guest.config.TurnLimits;
import java.util.Collection;

/**
 * How much is held of what turns have said, and what goes where that is too much: first what was
 * sent of turns that have ended. Confined to the event loop.
 */
final class HeldLogs {
    /** The most that waits for a link that takes nothing. */
    private static final int MAX_WAITING_BYTES = 32 << 10;

    private final TurnLimits limits;
    private final EndedTurns ended;
    private final Collection<Turn> open;

    /** What the open turns hold; {@link EndedTurns} counts for itself. */
    private long openBytes;

    /**
     * @param open the open turns, as they are at any time
     */
    HeldLogs(TurnLimits limits, EndedTurns ended, Collection<Turn> open) {
        this.limits = limits;
        this.ended = ended;
        this.open = open;
    }

    /**
     * Whether a turn must stop reading from its runtime.
     *
     * @param isRead whether a link reads the turn
     * @param waitingBytes of the turn: what was not sent yet
     */
    boolean mustWait(boolean isRead, long waitingBytes) {
        int unreadBytes = limits.logBytes() / 2;
        return isRead
                ? waitingBytes >= Math.min(MAX_WAITING_BYTES, unreadBytes)
                : waitingBytes >= unreadBytes || isFull();
    }

    private boolean isFull() {
        return heldBytes() >= limits.logsBytes();
    }

    private long heldBytes() {
        return openBytes + ended.heldBytes();
    }

    /** Counts so many more bytes that open turns hold. */
    void account(long delta) {
        boolean wasFull = isFull();
        openBytes += delta;
        if (delta > 0) {
            makeRoom();
        }
        if (wasFull) {
            letGo();
        }
    }

    /* What was never sent goes last, and only if turns end faster than pausing their runtimes can help. */
    void makeRoom() {
        while (heldBytes() > limits.logsBytes()) {
            if (!ended.dropOldest(true) && !dropFromLargest()) {
                break;
            }
        }
        long mostBytes = limits.logsBytes() + limits.logsBytes() / 8L;
        while (heldBytes() > mostBytes && ended.dropOldest(false)) {}
    }

    /* Never from a turn that nobody reads: the next reader will ask for what was sent last. */
    private boolean dropFromLargest() {
        Turn largest = null;
        for (Turn turn : open) {
            if (turn.delivery() != null
                    && turn.canDrop()
                    && (largest == null || turn.said().heldBytes() > largest.said().heldBytes())) {
                largest = turn;
            }
        }
        if (largest != null) {
            largest.dropOldest();
        }
        return largest != null;
    }

    /** If there is room again, turns that waited for it go on. */
    void letGo() {
        if (!isFull()) {
            for (Turn turn : open) {
                turn.pace();
            }
        }
    }
}
