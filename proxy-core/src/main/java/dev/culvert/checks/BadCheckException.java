package dev.culvert.checks;

/** A URL or a proxy that cannot be checked, because of how it is written. */
public final class BadCheckException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Says what is wrong.
     *
     * @param message one sentence without a full stop
     */
    public BadCheckException(String message) {
        super(message);
    }

    /** What is wrong, without a full stop. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
