package dev.culvert.guest.session;

import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.guest.turn.Replies;
import dev.culvert.guest.turn.Turns;

/** Tells a host why a message cannot be taken now. */
final class Admission {
    /** A guess: turns take seconds, so one may have ended by then. */
    private static final int RETRY_AFTER_SECONDS = 1;

    /** A snapshot takes seconds. */
    private static final int QUIESCED_RETRY_SECONDS = 5;

    private final Turns turns;
    private final Replies replies;

    Admission(Turns turns, Replies replies) {
        this.turns = turns;
        this.replies = replies;
    }

    /** Refuses a new turn for a message of {@code bytes} if none may begin; returns whether. */
    boolean refusesTurn(String id, int bytes) {
        if (turns.isDraining()) {
            replies.sendError(
                    id, ErrorCode.DRAINING, "the agent is shutting down and takes no new turns");
            return true;
        }
        if (turns.parking().isOn()) {
            refuse(
                    ErrorCode.QUIESCED,
                    id,
                    "the agent is quiesced for a snapshot of its virtual machine, and takes no new"
                            + " turns until that is done",
                    QUIESCED_RETRY_SECONDS);
            return true;
        }
        if (turns.isAtLimit()) {
            overloaded(
                    id,
                    "the agent already runs "
                            + turns.count()
                            + " turns, which is its limit (--max-turns): try again when one has"
                            + " ended");
            return true;
        }
        return refusesBytes(id, bytes);
    }

    /** Refuses a message of {@code bytes} if there is no room for it; returns whether. */
    boolean refusesBytes(String id, int bytes) {
        if (turns.requests().hasRoomFor(bytes)) {
            return false;
        }
        overloaded(
                id,
                "the agent holds "
                        + turns.requests().bytes()
                        + " bytes of requests that its runtime has not begun to answer, and"
                        + " this one would exceed the limit (--max-requests-bytes): try again"
                        + " when some are answered");
        return true;
    }

    /** Refuses a message that may be sent again soon. */
    void overloaded(String id, String message) {
        refuse(ErrorCode.OVERLOADED, id, message, RETRY_AFTER_SECONDS);
    }

    private void refuse(ErrorCode code, String id, String message, int retryAfterSeconds) {
        replies.send(
                new Frame(
                        FrameType.ERROR,
                        id,
                        turns.payloads().refusal(code, message, retryAfterSeconds)));
    }
}
