package dev.culvert.guest.anthropic;

import java.io.IOException;
import java.io.Serial;

/** A request that an Anthropic-shaped runtime cannot be asked. The message names the member. */
public final class UntranslatableException extends IOException {
    @Serial private static final long serialVersionUID = 1L;

    UntranslatableException(String message) {
        super(message);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
