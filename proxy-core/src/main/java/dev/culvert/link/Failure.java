package dev.culvert.link;

import dev.culvert.frame.ErrorCode;
import java.time.Duration;

/** Why an exchange did not end well; {@link #message} is one sentence for people. */
public sealed interface Failure {
    String message();

    /** One word for programs, which clients read; an agent's error has the agent's own. */
    default String code() {
        return switch (this) {
            case Unreachable _ -> "unreachable";
            case LinkLost _ -> "link_lost";
            case TimedOut _ -> "timed_out";
            case Overloaded _ -> "overloaded";
            case OverMemory _ -> "over_memory";
            case TooLarge _ -> "too_large";
            case ToolBlocked _ -> "tool_blocked";
            case BadAnswer _ -> "bad_answer";
            case AgentError error -> error.code();
        };
    }

    /** No link could be opened, or nothing was ever heard on it. */
    record Unreachable(String message) implements Failure {}

    /** The link broke while the exchange was under way. */
    record LinkLost(String reason) implements Failure {
        @Override
        public String message() {
            return "the link to the agent was lost: " + reason;
        }
    }

    /** The agent was silent for too long, or took too long in all. */
    record TimedOut(Duration after, boolean whole) implements Failure {
        @Override
        public String message() {
            return whole
                    ? "the agent was not done within " + seconds()
                    : "the agent sent nothing for " + seconds();
        }

        private String seconds() {
            return after.toMillis() / 1000.0 + " s";
        }
    }

    /** A limit of this side was reached before anything was sent. */
    record Overloaded(String message) implements Failure {}

    /** This side holds too many bytes, most of them for this exchange. */
    record OverMemory(String message) implements Failure {}

    /**
     * The request does not fit into a frame.
     *
     * @param needsParts whether an agent that announces {@link Feature#PARTS} would take it
     */
    record TooLarge(int bytes, int limitBytes, boolean needsParts) implements Failure {
        public TooLarge(int bytes, int limitBytes) {
            this(bytes, limitBytes, false);
        }

        @Override
        public String message() {
            String limit =
                    "the request takes " + bytes + " bytes, at most " + limitBytes + " fit a frame";
            return needsParts
                    ? limit
                            + ", and the agent has not announced that it takes a message in several"
                            + " (the feature 'parts')"
                    : limit;
        }
    }

    /**
     * The agent's policy forbids a tool that the turn wanted to use.
     *
     * @param seq its number within the turn; 0 if the agent does not count
     */
    record ToolBlocked(String toolName, String reason, long seq) implements Failure {
        public ToolBlocked(String toolName, String reason) {
            this(toolName, reason, 0);
        }

        @Override
        public String message() {
            return "the tool '" + toolName + "' is blocked: " + reason;
        }
    }

    /**
     * The agent's answer cannot be used; its work is cancelled, if it understands that.
     *
     * @param isTooLong whether it is just longer than this side takes; else it breaks the protocol
     */
    record BadAnswer(String message, boolean isTooLong) implements Failure {
        public BadAnswer(String message) {
            this(message, false);
        }
    }

    /**
     * The agent answered with an error: a code of errors.md, or one that we do not know.
     *
     * @param seq its number within the turn; 0 if it is not part of one
     * @param status the HTTP status with which the runtime refused; 0 if the agent names none
     * @param retryAfterSeconds how long to wait before the next attempt; 0 if the agent does not
     *     say
     */
    record AgentError(String code, String message, long seq, int status, int retryAfterSeconds)
            implements Failure {
        public AgentError(String code, String message) {
            this(code, message, 0);
        }

        public AgentError(String code, String message, long seq) {
            this(code, message, seq, 0, 0);
        }

        public boolean is(ErrorCode known) {
            return code.equals(known.wireName());
        }
    }
}
