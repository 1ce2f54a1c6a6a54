package dev.culvert.daemon.client.http;

import java.io.IOException;

/** The daemon cannot be reached; the message says where it was sought, why, and what to do. */
public final class UnreachableException extends IOException {
    private static final long serialVersionUID = 1L;

    public UnreachableException(String message, Throwable cause) {
        super(message, cause);
    }
}
