package dev.culvert.daemon.continuations;

import dev.culvert.frame.ErrorCode;
import dev.culvert.link.Failure;

/**
 * A continuation that a request has used.
 *
 * @param whom by what it is used
 * @param isFirst whether this request used it, and not an earlier one with the same key
 * @param isRepeatable whether the client may send the request again, so that all stays as it is
 */
public record Taken(String hash, String whom, boolean isFirst, boolean isRepeatable) {
    /** Whether the agent says that it has not begun to work on the message. */
    static boolean isGivenBackAfter(Failure failure) {
        return failure instanceof Failure.AgentError error
                && error.seq() == 0
                && (error.is(ErrorCode.OVERLOADED)
                        || error.is(ErrorCode.DRAINING)
                        || error.is(ErrorCode.QUIESCED));
    }
}
