package dev.culvert.daemon.sshkeys;

/** Says why something about a key is not done. */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Whose mistake it is. */
    public enum Kind {
        /** The request is malformed. */
        MALFORMED,

        /** There is no such key. */
        UNKNOWN,

        /** The keys that there are do not allow it. */
        CONFLICT
    }

    private final Kind kind;

    /**
     * Without a stack trace: it is about the request.
     *
     * @param sentence what is wrong and what to do
     */
    public RefusedException(Kind kind, String sentence) {
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
