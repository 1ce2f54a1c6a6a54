package dev.culvert.daemon.client;

import java.io.IOException;

/** The command was used wrongly; the message says what it takes. */
public class UsageException extends IOException {
    private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(message);
    }
}
