package dev.culvert.daemon.providers;

import java.io.Serial;

/** A budget is used up. Stackless: callers may ask again and again. */
final class BudgetException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private final int retrySeconds;

    BudgetException(String sentence, int retrySeconds) {
        super(sentence, null, false, false);
        this.retrySeconds = retrySeconds;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }

    /** When it may be worth while to ask again. */
    int retrySeconds() {
        return retrySeconds;
    }
}
