package dev.culvert.infra;

import java.io.IOException;

/** A text that is no plan, or one that was changed since; the message says which. */
public final class BadPlanException extends IOException {
    private static final long serialVersionUID = 1L;

    BadPlanException(String message) {
        super(message);
    }
}
