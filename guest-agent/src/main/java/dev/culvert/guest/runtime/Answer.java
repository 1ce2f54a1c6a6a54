package dev.culvert.guest.runtime;

import io.netty.buffer.ByteBuf;

/**
 * What the body of one response means. The listener is told the end from in here, failures are
 * thrown.
 */
sealed interface Answer permits EventStreamAnswer, JsonAnswer, ErrorAnswer {

    /** Lends {@code content} for the call. */
    void content(ByteBuf content) throws FailedGenerationException;

    /** The body is whole: tells the end, unless that was told, or throws. */
    void end() throws FailedGenerationException;

    /** What it means that the connection was lost before the body was whole. */
    RuntimeFailure cut(String why);

    static RuntimeFailure broken(String why) {
        return new RuntimeFailure(
                RuntimeFailure.Code.STREAM_BROKEN,
                "The runtime's answer broke off: "
                        + why
                        + ". What came so far is not complete; look into the runtime's log.");
    }
}
