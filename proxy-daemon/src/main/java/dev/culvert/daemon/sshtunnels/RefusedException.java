package dev.culvert.daemon.sshtunnels;

/** Says why something about a tunnel is not done. */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Whose mistake it is. */
    public enum Kind {
        /** There is no such tunnel. */
        UNKNOWN,

        /** What there is does not allow it. */
        CONFLICT
    }

    private final Kind kind;

    /**
     * Without a stack trace: it is about the request.
     *
     * @param sentence what is wrong and what to do
     */
    RefusedException(Kind kind, String sentence) {
        super(sentence, null, false, false);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    public String sentence() {
        return String.valueOf(getMessage());
    }
}
