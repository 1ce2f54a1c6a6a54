package dev.culvert.guest.runtime;

/**
 * One answer in the making. Every call belongs on the loop it was started on; after the end they do
 * nothing.
 */
public interface Generation {

    /**
     * Stops the reading from the runtime. What was read already, one read of 16 KiB at the most, is
     * still told.
     */
    void pause();

    /** Reads on. */
    void resume();

    /** Drops the request at once and tells the listener nothing more. */
    void abort();
}
