package dev.culvert.guest.runtime;

/**
 * One answer that the runtime is making. Confined to the loop that it was started on. After the end
 * the methods do nothing.
 */
public interface Generation {

    /**
     * Stops reading from the runtime. The listener is still told what was read already, at most 16
     * KiB.
     */
    void pause();

    /** Reads from the runtime again. */
    void resume();

    /** Drops the request at once. The listener is told nothing more. */
    void abort();
}
