package dev.culvert.guest.runtime;

/**
 * Why there is no complete answer.
 *
 * @param message for people: what happened and what to do about it, without secrets and control
 *     characters
 * @param status the HTTP status by which the runtime refused; 0 where it is no such failure
 * @param retryAfterSeconds how long the runtime wants to be left alone; 0 where it does not say
 */
public record RuntimeFailure(Code code, String message, int status, int retryAfterSeconds) {
    public RuntimeFailure(Code code, String message, int status) {
        this(code, message, status, 0);
    }

    RuntimeFailure(Code code, String message) {
        this(code, message, 0);
    }

    /** The error codes of the protocol that come from a runtime. */
    public enum Code {
        /** Nothing accepted the connection. */
        RUNTIME_UNREACHABLE("runtime_unreachable"),
        /** The runtime refused, or what it answered is no chat completion. */
        RUNTIME_ERROR("runtime_error"),
        /** No byte came for the idle time-out. */
        RUNTIME_TIMEOUT("runtime_timeout"),
        /** The answer ended well and holds neither text nor a tool call. */
        EMPTY_RESPONSE("empty_response"),
        /** A bound of {@link dev.culvert.guest.config.RuntimeLimits} was passed. */
        RESPONSE_TOO_LARGE("response_too_large"),
        /** The answer ended without its end mark. */
        STREAM_BROKEN("stream_broken");

        private final String text;

        Code(String text) {
            this.text = text;
        }

        /** The code as it stands in an {@code error} frame. */
        public String text() {
            return text;
        }
    }
}
