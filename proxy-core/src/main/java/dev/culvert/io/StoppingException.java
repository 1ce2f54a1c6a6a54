package dev.culvert.io;

import java.io.IOException;

/** Something was not read or written, because the program stops. No fault of the disk. */
public final class StoppingException extends IOException {
    private static final long serialVersionUID = 1L;

    public StoppingException(String message) {
        super(message);
    }
}
