package dev.culvert.daemon.turn;

import dev.culvert.frame.ErrorCode;
import dev.culvert.io.Share;
import dev.culvert.link.Failure;
import org.jspecify.annotations.Nullable;

/** How readings of turns end, and what that says of the turn. */
public final class Endings {
    /* Codes of our own, of agents that speak the base protocol. */
    private static final String CANNOT_CANCEL_CODE = "cannot_cancel";
    private static final String CANNOT_JOIN_CODE = "cannot_join";

    static final Failure TAKEN_OVER =
            error(ErrorCode.TAKEN_OVER, "another request reads this turn now");
    static final Failure NOT_BEGUN = error(ErrorCode.CANCELLED, "it was not begun");
    static final Failure CLIENT_GONE = new Failure.LinkLost("the client is gone");
    static final Failure CANNOT_CANCEL =
            new Failure.AgentError(
                    CANNOT_CANCEL_CODE,
                    "the agent cannot be told to stop: it works on, and its answer is dropped");
    static final Failure CANNOT_RESUME =
            error(
                    ErrorCode.UNKNOWN_TURN,
                    "the agent speaks the base protocol only, and cannot take a turn up again");
    static final Failure CANNOT_JOIN =
            new Failure.AgentError(
                    CANNOT_JOIN_CODE,
                    "the agent speaks the base protocol only, and cannot tell a repeated request"
                            + " from a new one");

    static final Failure FORGOTTEN =
            error(
                    ErrorCode.LOG_TRUNCATED,
                    "the turn of this key was answered before, and the agent no longer keeps it; it"
                            + " is not run again");
    static final Failure KEY_REUSED =
            error(ErrorCode.ID_REUSED, "the turn of this key was begun with another message");

    /** Says to who waits for the end that it was not heard of: the turn may go on. */
    static final Failure SHUTTING_DOWN =
            error(
                    ErrorCode.DRAINING,
                    "the daemon is shutting down, and has not heard how the turn ended");

    private Endings() {}

    /** The message waited for a link while more was held than {@code share} allows. */
    static Failure overMemory(Share share) {
        return new Failure.OverMemory(
                "The message waited to be sent while more bytes waited here than "
                        + share.limitText());
    }

    private static Failure error(ErrorCode code, String message) {
        return new Failure.AgentError(code.wireName(), message);
    }

    static boolean isError(Failure failure, ErrorCode code) {
        return failure instanceof Failure.AgentError error && error.is(code);
    }

    /** Whether the agent has said it to a reader of the turn: it is a part of the answer. */
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

    /** Its number within the turn; 0 where it is no part of it. */
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

    /** Whether the agent has said that it has ended, or that it has stopped it. */
    static boolean isSaidToHaveEnded(@Nullable Failure how) {
        return how == null
                || isOfTheTurn(how)
                || (isError(how, ErrorCode.CANCELLED) && !how.equals(NOT_BEGUN));
    }

    /**
     * Whether nothing runs at the agent any more, where a reading ended so.
     *
     * @param how null where the answer is whole
     */
    public static boolean isEndOfTurn(@Nullable Failure how) {
        return how == null
                || isOfTheTurn(how)
                || isError(how, ErrorCode.CANCELLED)
                || isError(how, ErrorCode.LOG_TRUNCATED);
    }
}
