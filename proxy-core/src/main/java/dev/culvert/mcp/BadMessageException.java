package dev.culvert.mcp;

/** What a server sent cannot be used. The message completes the sentence "its message …: it …". */
final class BadMessageException extends Exception {
    private static final long serialVersionUID = 1L;

    BadMessageException(String message) {
        super(message, null, false, false);
    }

    /** What is wrong. */
    String why() {
        return String.valueOf(getMessage());
    }
}
