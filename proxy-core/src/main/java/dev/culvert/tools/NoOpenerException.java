package dev.culvert.tools;

import java.io.IOException;

/** This system has no way to open files that keeps tools in their directory. */
public final class NoOpenerException extends IOException {
    private static final long serialVersionUID = 1L;

    NoOpenerException(String message) {
        super(message);
    }
}
