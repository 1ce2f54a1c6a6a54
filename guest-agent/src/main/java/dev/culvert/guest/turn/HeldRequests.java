package dev.culvert.guest.turn;

import dev.culvert.guest.config.TurnLimits;

/**
 * How much is held of requests that the runtime has not begun to answer, whole or in parts that
 * still come. Confined to the event loop.
 */
public final class HeldRequests {
    private final TurnLimits limits;
    private long bytes;

    /** How many messages arrive in parts. */
    private int arriving;

    HeldRequests(TurnLimits limits) {
        this.limits = limits;
    }

    /** Whether a request of this size may be held besides those that are. */
    public boolean hasRoomFor(int more) {
        return bytes + more <= limits.requestBytes();
    }

    /** The size of all of them. */
    public long bytes() {
        return bytes;
    }

    /** Counts so many more bytes. */
    void count(long delta) {
        bytes += delta;
    }

    /** A message of that size arrives in parts; it counts as a turn and as a request. */
    public void beginArrival(int size) {
        arriving++;
        bytes += size;
    }

    /** It has arrived, or will not. */
    public void endArrival(int size) {
        arriving--;
        bytes -= size;
    }

    int arriving() {
        return arriving;
    }

    /** The largest message that may arrive in parts. */
    public int mostMessageBytes() {
        return Math.min(limits.messageBytes(), limits.requestBytes());
    }

    /** The flag that sets {@link #mostMessageBytes}. */
    public String mostMessageFlag() {
        return limits.messageBytes() <= limits.requestBytes()
                ? "--max-message-bytes"
                : "--max-requests-bytes";
    }
}
