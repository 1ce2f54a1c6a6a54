package dev.culvert.daemon.answer;

import dev.culvert.daemon.http.Answer;

/** Counts the streams that clients read. Called on many event loops at once. */
public interface StreamObserver {
    /** How a stream ended. */
    enum End {
        DONE,
        ERROR,
        TOOL_BLOCKED,
        CLIENT_GONE,
        SLOW_CONSUMER
    }

    void onStarted();

    /**
     * The first event was written.
     *
     * @param answer which began
     * @param isResumed whether the client came back to its turn; the event may then be an old one
     * @param nanos since the request
     */
    void onFirstEvent(Answer answer, boolean isResumed, long nanos);

    /** The time between two chunks of a stream that had several. Told before {@link #onEnded}. */
    default void onGaps(long averageNanos, long longestNanos) {}

    /** {@code change} more streams wait for their clients, or fewer. */
    void onBehind(int change);

    /** A stream waits, because its caller has used more bytes a second than it may. */
    default void onSlowedDown() {}

    /** A client that reads along is so slow that it is not sent an event. */
    default void onWatcherBehind() {}

    /** Called once for each {@link #onStarted}. */
    void onEnded(End end, long nanos);
}
