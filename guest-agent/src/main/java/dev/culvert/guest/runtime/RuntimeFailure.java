package dev.culvert.guest.runtime;

import dev.culvert.frame.ErrorCode;

/**
 * Why there is no complete answer.
 *
 * @param code one of those that errors.md lists for the runtime
 * @param message for people: what happened and what to do about it, without secrets and control
 *     characters
 * @param status the HTTP status with which the runtime refused; 0 for any other failure
 * @param retryAfterSeconds how long the runtime asked to be left alone; 0 if it did not say
 */
public record RuntimeFailure(ErrorCode code, String message, int status, int retryAfterSeconds) {
    public RuntimeFailure(ErrorCode code, String message, int status) {
        this(code, message, status, 0);
    }

    public RuntimeFailure(ErrorCode code, String message) {
        this(code, message, 0);
    }
}
