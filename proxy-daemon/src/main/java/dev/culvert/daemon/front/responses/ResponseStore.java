package dev.culvert.daemon.front.responses;

import java.io.IOException;

/**
 * Keeps responses over restarts, each as bytes under its id. Blocks; calls come one after the
 * other.
 */
public interface ResponseStore {
    /** Keeps nothing. */
    ResponseStore NONE =
            new ResponseStore() {
                @Override
                public boolean isKept() {
                    return false;
                }

                @Override
                public void load(Reader reader) {}

                @Override
                public void save(String id, byte[] bytes) {}

                @Override
                public void forget(String id) {}
            };

    /** Takes what was stored. */
    interface Reader {
        /**
         * One response.
         *
         * @throws IOException a clause that says why these are not the bytes of a response
         */
        void read(String id, byte[] bytes) throws IOException;
    }

    /** Whether anything outlives the daemon. */
    boolean isKept();

    /**
     * Gives {@code reader} all that was stored, in any order. What cannot be read is set aside,
     * with a line in the log: it never keeps the daemon from starting.
     */
    void load(Reader reader);

    /** Stores it in place of what was stored under that id, as a whole or not at all. */
    void save(String id, byte[] bytes) throws IOException;

    /** Removes it; nothing happens if there is none. */
    void forget(String id) throws IOException;
}
