package dev.culvert.daemon.front.responses;

import java.io.IOException;
import java.util.Collection;
import java.util.Map;

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
                public void save(Map<String, byte[]> responses, Collection<String> gone) {}
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

    /**
     * Stores {@code responses}, each in place of what was stored under its id, and removes those in
     * {@code gone}, which may not be there: all of it, or nothing.
     */
    void save(Map<String, byte[]> responses, Collection<String> gone) throws IOException;
}
