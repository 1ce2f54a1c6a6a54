package dev.culvert.transport;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An address could not be dialled, or not be listened on. Its message tells an operator the
 * address, what happened and what to check.
 */
public final class DialException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What a caller may want to tell apart. */
    public enum Reason {
        /** No answer before the deadline. */
        TIMED_OUT,
        /** The machine or the socket is there, and nobody listens. */
        REFUSED,
        /** No such VM, socket or host. */
        NO_SUCH_AGENT,
        /** The VM's monitor gave another answer than the hybrid handshake knows. */
        HANDSHAKE_FAILED,
        /** This address cannot be used in this way, or not on this system. */
        UNSUPPORTED,
        /** Anything else; the message says what. */
        FAILED
    }

    private final Reason reason;

    DialException(Reason reason, AgentAddress address, String sentence, @Nullable Throwable cause) {
        super(address + ": " + sentence, cause);
        this.reason = reason;
    }

    DialException(Reason reason, AgentAddress address, String sentence) {
        this(reason, address, sentence, null);
    }

    public Reason reason() {
        return reason;
    }

    /** Stackless: a fleet that is away fails many dials a second, all from the same line. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
