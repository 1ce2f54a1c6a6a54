package dev.culvert.daemon.client;

import java.io.IOException;

/** What the user named is not there; the message says how to see what is. */
public final class NotFoundException extends IOException {
    private static final long serialVersionUID = 1L;

    public NotFoundException(String message) {
        super(message);
    }
}
