package dev.culvert.daemon.turn;

/** Counts the bytes of a turn that wait for the client, and says when the agent gets new credit. */
/* Half of it at a time, so that a turn of many small chunks costs few frames (flow-control.md). */
final class CreditWindow {
    private final int bytes;
    private long outstanding;
    private long owed;
    private int cameEvents;
    private long cameBytes;

    CreditWindow(int bytes) {
        this.bytes = bytes;
    }

    void came(int more) {
        outstanding += more;
        cameEvents++;
        cameBytes += more;
    }

    /** How many events came for the client since it reads. */
    long cameEvents() {
        return cameEvents;
    }

    /** How many bytes came for the client since it reads. */
    long cameBytes() {
        return cameBytes;
    }

    /** How many bytes have come that the client has not taken. */
    long outstanding() {
        return outstanding;
    }

    /** How many bytes an agent that keeps to its credit may still send. */
    long left() {
        return Math.max(0, bytes - outstanding - owed);
    }

    /**
     * The client has taken so many bytes. Returns the credit to grant now, which is 0 until it is
     * half of the window.
     */
    long taken(long less) {
        outstanding -= less;
        owed += less;
        if (owed < (bytes + 1L) / 2) {
            return 0;
        }
        long due = owed;
        owed = 0;
        return due;
    }

    /** The credit for a new exchange; credit of an earlier one is void. */
    long credit() {
        owed = 0;
        return Math.max(0, bytes - outstanding);
    }
}
