package dev.culvert.daemon.turn;

import dev.culvert.frame.ErrorCode;
import dev.culvert.io.Share;
import dev.culvert.link.Failure;
import org.jspecify.annotations.Nullable;

/** How readings end, and what each end says about the turn. */
public final class Endings {
    /* Codes of this daemon's own, for agents that speak the base protocol. */
    private static final String CANNOT_CANCEL_CODE = "cannot_cancel";
    private static final String CANNOT_JOIN_CODE = "cannot_join";

    static final Failure TAKEN_OVER =
            error(ErrorCode.TAKEN_OVER, "another request reads this turn now");
    static final Failure NOT_BEGUN =
            error(ErrorCode.CANCELLED, "the turn was cancelled before the agent was asked");
    static final Failure CLIENT_GONE =
            new Failure.LinkLost("the client left before the agent was asked");
    static final Failure CANNOT_CANCEL =
            new Failure.AgentError(
                    CANNOT_CANCEL_CODE,
                    "the agent cannot be told to stop: it works on, and its answer is dropped");
    static final Failure CANNOT_RESUME =
            error(
                    ErrorCode.UNKNOWN_TURN,
                    "the agent speaks the base protocol only, and cannot resume a turn");
    static final Failure CANNOT_JOIN =
            new Failure.AgentError(
                    CANNOT_JOIN_CODE,
                    "the agent speaks the base protocol only, and cannot tell a repeated request"
                            + " from a new one");

    static final Failure FORGOTTEN =
            error(
                    ErrorCode.LOG_TRUNCATED,
                    "the agent has answered this Idempotency-Key before and no longer keeps the"
                            + " answer; the turn is not run again");
    public static final Failure KEY_REUSED =
            error(ErrorCode.ID_REUSED, "the turn of this key was begun with another message");

    /** Tells whoever waits for the end that it is not known; the turn may go on at the agent. */
    static final Failure SHUTTING_DOWN =
            error(
                    ErrorCode.DRAINING,
                    "the daemon is shutting down and does not know how the turn ended");

    private Endings() {}

    /** The message was not sent whole when more bytes waited than {@code share} allows. */
    static Failure overMemory(Share share) {
        return new Failure.OverMemory(
                "The message was not sent: it waited for its agent while more bytes waited here than "
                        + share.limitText());
    }

    private static Failure error(ErrorCode code, String message) {
        return new Failure.AgentError(code.wireName(), message);
    }

    static boolean isError(Failure failure, ErrorCode code) {
        return failure instanceof Failure.AgentError error && error.is(code);
    }

    /** Whether the failure is part of the answer: the agent numbered it. */
    static boolean isOfTheTurn(Failure failure) {
        return switch (failure) {
            case Failure.ToolBlocked _ -> true;
            case Failure.AgentError error -> error.seq() > 0;
            case Failure.Unreachable _,
                    Failure.LinkLost _,
                    Failure.TimedOut _,
                    Failure.Overloaded _,
                    Failure.OverMemory _,
                    Failure.TooLarge _,
                    Failure.BadAnswer _ ->
                    false;
        };
    }

    /** The number of the failure within the turn; 0 if it is not part of the answer. */
    static long seq(Failure failure) {
        return switch (failure) {
            case Failure.ToolBlocked blocked -> blocked.seq();
            case Failure.AgentError error -> error.seq();
            case Failure.Unreachable _,
                    Failure.LinkLost _,
                    Failure.TimedOut _,
                    Failure.Overloaded _,
                    Failure.OverMemory _,
                    Failure.TooLarge _,
                    Failure.BadAnswer _ ->
                    0;
        };
    }

    /** Whether the agent has said that the turn ended or was stopped. */
    static boolean isSaidToHaveEnded(@Nullable Failure how) {
        return how == null
                || isOfTheTurn(how)
                || (isError(how, ErrorCode.CANCELLED) && !how.equals(NOT_BEGUN));
    }

    /**
     * Whether a reading that ended in this way shows that the agent no longer runs the turn.
     *
     * @param how null if the answer is complete
     */
    public static boolean isEndOfTurn(@Nullable Failure how) {
        return how == null
                || isOfTheTurn(how)
                || isError(how, ErrorCode.CANCELLED)
                || isError(how, ErrorCode.LOG_TRUNCATED);
    }
}
