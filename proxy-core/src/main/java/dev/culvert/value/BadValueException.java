package dev.culvert.value;

import java.io.IOException;

/** A text that is not one JSON value; the message is one sentence, with line and column. */
public final class BadValueException extends IOException {
    private static final long serialVersionUID = 1L;

    BadValueException(String message) {
        super(message);
    }
}
