package dev.culvert.daemon.turn;

/** Why a turn was stopped before its end. */
public enum CancelCause {
    CLIENT_GONE,
    DELETED,
    SLOW_CONSUMER,
    CREDIT_IGNORED,
    ANSWER_REFUSED,
    CALLER_DENIED,
    SHUTDOWN
}
