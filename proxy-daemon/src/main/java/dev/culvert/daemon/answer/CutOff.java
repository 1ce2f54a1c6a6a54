package dev.culvert.daemon.answer;

import dev.culvert.daemon.answer.StreamObserver.End;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.turn.CancelCause;

/**
 * Why a stream is cut off: the client or the agent does not keep to its pace, or the client's
 * rights have ended.
 *
 * @param code one word for programs
 */
record CutOff(String code, String message, End end, CancelCause cause) {
    static final String SLOW_CONSUMER = "slow_consumer";

    /**
     * @param why completes a sentence about the client
     */
    static CutOff slowConsumer(String why) {
        return new CutOff(
                SLOW_CONSUMER,
                "the client does not read: " + why,
                End.SLOW_CONSUMER,
                CancelCause.SLOW_CONSUMER);
    }

    /** The caller is not let in any more; {@code why} is what it is told. */
    static CutOff denied(Problem why) {
        return new CutOff(
                String.valueOf(why.members().get("code")),
                why.error(),
                End.ERROR,
                CancelCause.CALLER_DENIED);
    }

    /**
     * @param why completes a sentence about the client
     */
    static CutOff creditIgnored(long bytes, String why) {
        return new CutOff(
                "credit_ignored",
                "the agent sent %d bytes without having credit for them, and the client cannot take them so fast: %s"
                        .formatted(bytes, why),
                End.ERROR,
                CancelCause.CREDIT_IGNORED);
    }
}
