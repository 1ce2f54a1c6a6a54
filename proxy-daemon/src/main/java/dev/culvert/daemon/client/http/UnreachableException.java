package dev.culvert.daemon.client.http;

import dev.culvert.io.Quoted;
import java.io.IOException;

/**
 * The daemon cannot be reached, or did not answer; the message says where it was sought, why, and
 * what to do.
 */
public final class UnreachableException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String why;
    private final boolean mayBeTaken;

    private UnreachableException(String message, Throwable cause, boolean mayBeTaken) {
        super(message, cause);
        why = Quoted.message(cause);
        this.mayBeTaken = mayBeTaken;
    }

    /** There was no connection, so nothing was sent. */
    static UnreachableException withoutConnection(String message, Throwable cause) {
        return new UnreachableException(message, cause, false);
    }

    /** There was a connection, and no answer. */
    static UnreachableException withoutAnswer(String message, Throwable cause) {
        return new UnreachableException(message, cause, true);
    }

    /** Whether the daemon may have got the request, and may have done what it asks for. */
    public boolean mayBeTaken() {
        return mayBeTaken;
    }

    /** What the system said, without the address and without advice. */
    public String why() {
        return why;
    }
}
