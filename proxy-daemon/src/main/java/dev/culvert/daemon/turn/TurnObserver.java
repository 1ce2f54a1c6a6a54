package dev.culvert.daemon.turn;

/** Counts what becomes of turns. Called on many event loops at once. */
public interface TurnObserver {
    /** The daemon stops a turn. */
    void onCancelled(CancelCause cause);

    /**
     * An agent continues a turn.
     *
     * @param byClient whether a client came back to it; else its link was lost
     */
    void onResumed(boolean byClient);

    /**
     * A turn had to wait for a link to its agent, and has one now.
     *
     * @param nanos since the request
     */
    default void onQueued(long nanos) {}

    /** A turn took these whose last chunk no client got, because it goes on without one. */
    default void onTokens(TurnTokens tokens) {}

    /** A tool that an agent ran has ended. Told again if another client reads that again. */
    default void onToolCall(ToolCallEnd end) {}

    /**
     * The agent has confirmed that it stopped a turn.
     *
     * @param nanos since nobody wanted the turn any more
     */
    void onStopped(CancelCause cause, long nanos);
}
