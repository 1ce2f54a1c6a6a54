package dev.culvert.daemon.client.keys;

import java.io.IOException;

/** A key cannot be used; the message says which, why, and what to do, and never contains it. */
public final class KeyException extends IOException {
    private static final long serialVersionUID = 1L;

    KeyException(String message) {
        super(message);
    }
}
