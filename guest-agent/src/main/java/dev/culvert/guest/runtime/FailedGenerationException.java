package dev.culvert.guest.runtime;

import dev.culvert.frame.ErrorCode;

/** Carries a failure to the generation, which tells the listener. Has no stack trace. */
final class FailedGenerationException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient RuntimeFailure failure;

    FailedGenerationException(RuntimeFailure failure) {
        super(failure.message(), null, false, false);
        this.failure = failure;
    }

    FailedGenerationException(ErrorCode code, String message) {
        this(new RuntimeFailure(code, message));
    }

    RuntimeFailure failure() {
        return failure;
    }
}
