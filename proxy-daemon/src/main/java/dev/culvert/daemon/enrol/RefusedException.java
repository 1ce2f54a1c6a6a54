package dev.culvert.daemon.enrol;

import dev.culvert.identity.Refusal;
import dev.culvert.identity.Refused;

/** A guest may not join. Stackless, because guests can cause as many as they like. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Refusal why;
    private final transient Refused refused;

    RefusedException(Refusal why, String message) {
        super(message, null, false, false);
        this.why = why;
        refused = why.because(message);
    }

    Refusal why() {
        return why;
    }

    Refused refused() {
        return refused;
    }
}
