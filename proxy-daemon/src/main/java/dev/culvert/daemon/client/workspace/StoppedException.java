package dev.culvert.daemon.client.workspace;

import java.io.IOException;

/** A plan stopped at one of its steps; the message says at which, why, and how it goes on. */
public final class StoppedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final IOException why;

    StoppedException(String message, IOException why) {
        super(message, why);
        this.why = why;
    }

    /** What failed. */
    public IOException why() {
        return why;
    }
}
