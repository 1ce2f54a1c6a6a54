package dev.culvert.daemon.continuations;

import java.io.Serial;

/**
 * A turn that called tools of its client has no continuation. Stackless: clients can cause many.
 */
final class RefusedException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    /**
     * @param why a clause, for the client
     */
    RefusedException(String why) {
        super(why, null, false, false);
    }
}
