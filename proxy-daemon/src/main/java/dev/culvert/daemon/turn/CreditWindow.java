package dev.culvert.daemon.turn;

/** How much of a turn has come and is not out of the way yet, and when to let more come. */
/* Half of it at a time, so that a turn of many small chunks costs few frames (flow-control.md). */
final class CreditWindow {
    private final int bytes;
    private long outstanding;
    private long owed;

    CreditWindow(int bytes) {
        this.bytes = bytes;
    }

    void came(int more) {
        outstanding += more;
    }

    /**
     * So much is out of the way. How much is to be granted now, which is 0 until it is worth it.
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

    /** The credit to begin with, or to begin anew with: all that was granted before is void. */
    long credit() {
        owed = 0;
        return Math.max(0, bytes - outstanding);
    }
}
