package dev.culvert.daemon.client.http;

import dev.culvert.io.Quoted;
import java.io.IOException;

/** The daemon cannot be reached; the message says where it was sought, why, and what to do. */
public final class UnreachableException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String why;

    public UnreachableException(String message, Throwable cause) {
        super(message, cause);
        why = Quoted.message(cause);
    }

    /** What the system said, without the address and without advice. */
    public String why() {
        return why;
    }
}
