package dev.culvert.daemon.guests;

/**
 * What was asked for cannot be done, which was found out before Proxmox was asked to change
 * anything.
 */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Of what kind the refusal is. */
    public enum Kind {
        /** There is no such server or guest. */
        UNKNOWN,

        /** A parameter is missing or wrong. */
        BAD,

        /** The guest is another one than the client thinks. */
        CONFLICT,

        /** Too much is going on. */
        FULL
    }

    private final Kind kind;

    RefusedException(Kind kind, String sentence) {
        super(sentence);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** Says what to do, too. */
    public String sentence() {
        return String.valueOf(getMessage());
    }
}
