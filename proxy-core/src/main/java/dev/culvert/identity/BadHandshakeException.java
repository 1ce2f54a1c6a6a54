package dev.culvert.identity;

/**
 * A payload of a handshake breaks its schema. The message is a sentence without an end, which
 * contains nothing that the peer sent. Stackless, because a peer can cause as many as it likes.
 */
public final class BadHandshakeException extends Exception {
    private static final long serialVersionUID = 1;

    BadHandshakeException(String message) {
        super(message, null, false, false);
    }
}
