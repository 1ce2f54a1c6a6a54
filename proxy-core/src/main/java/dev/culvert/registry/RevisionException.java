package dev.culvert.registry;

/** Somebody else has written the key before. */
public final class RevisionException extends Exception {
    private static final long serialVersionUID = 1;

    public RevisionException(String message) {
        super(message);
    }
}
