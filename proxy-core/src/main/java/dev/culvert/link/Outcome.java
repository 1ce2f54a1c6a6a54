package dev.culvert.link;

import dev.culvert.frame.ErrorCode;

/** How an exchange ended, as a {@link LinkObserver} counts it. */
public enum Outcome {
    DONE,
    CANCELLED,
    DETACHED,
    UNREACHABLE,
    LINK_LOST,
    TIMED_OUT,
    OVERLOADED,
    OVER_MEMORY,
    TOO_LARGE,
    TOOL_BLOCKED,
    BAD_ANSWER,
    TAKEN_OVER,
    AGENT_ERROR;

    public static Outcome of(Failure failure) {
        return switch (failure) {
            case Failure.Unreachable _ -> UNREACHABLE;
            case Failure.LinkLost _ -> LINK_LOST;
            case Failure.TimedOut _ -> TIMED_OUT;
            case Failure.Overloaded _ -> OVERLOADED;
            case Failure.OverMemory _ -> OVER_MEMORY;
            case Failure.TooLarge _ -> TOO_LARGE;
            case Failure.ToolBlocked _ -> TOOL_BLOCKED;
            case Failure.BadAnswer _ -> BAD_ANSWER;
            case Failure.AgentError error ->
                    error.is(ErrorCode.TAKEN_OVER) ? TAKEN_OVER : AGENT_ERROR;
        };
    }
}
