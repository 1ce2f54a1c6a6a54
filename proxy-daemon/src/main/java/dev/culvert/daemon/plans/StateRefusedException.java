package dev.culvert.daemon.plans;

/** A desired state that is not kept, found or applied; the message is a sentence or two. */
public final class StateRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What is wrong. */
    public enum Why {
        UNKNOWN,
        BAD,
        CONFLICT,
        OUTDATED,
        FULL
    }

    private final Why why;

    StateRefusedException(Why why, String sentence) {
        super(sentence, null, false, false);
        this.why = why;
    }

    public Why why() {
        return why;
    }

    public String sentence() {
        return String.valueOf(getMessage());
    }
}
