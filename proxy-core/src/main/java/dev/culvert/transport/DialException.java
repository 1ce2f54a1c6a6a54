package dev.culvert.transport;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An address could not be dialled, or not be listened on. Its message tells an operator the
 * address, what happened and what to check.
 */
public final class DialException extends IOException {
    private static final long serialVersionUID = 1L;

    DialException(AgentAddress address, String sentence, @Nullable Throwable cause) {
        super(address + ": " + sentence, cause);
    }

    DialException(AgentAddress address, String sentence) {
        this(address, sentence, null);
    }

    /** Stackless: a fleet that is away fails many dials a second, all from the same line. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
