package dev.culvert.tunnel;

import java.io.Serial;

/** A {@code tunnel} or {@code tunnelled} cannot be used; its message is a part of a sentence. */
public final class BadTunnelException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    BadTunnelException(String message) {
        super(message, null, false, false);
    }
}
