package dev.culvert.daemon.turn;

import dev.culvert.frame.Frame;
import dev.culvert.link.Failure;

/**
 * Is told the events of a turn, on its event loop, in order and each once. The last call is exactly
 * one of {@link #onDone}, {@link #onFailure} and {@link #onCut}.
 */
public interface TurnListener {
    /** The request was sent: if the turn fails from now on, the agent may have begun the work. */
    default void onSent() {}

    /**
     * Lends {@code chunk} for the call; call {@link LiveTurn#consumed} once the client has its
     * payload.
     *
     * @param number its number in the turn
     */
    void onChunk(Frame chunk, long number);

    /**
     * Whether or not its client leaves, the turn goes on from now on; it did not when it began.
     * Whoever gets the turn asks {@link LiveTurn#goesOn} too, since this may come before that.
     */
    default void onGoesOn() {}

    /** The answer is complete; {@code number} is the number of its end, after the last chunk. */
    void onDone(long number);

    void onFailure(Failure failure);

    /** The daemon stops and cannot wait. The turn may be resumed after its restart. */
    void onCut();
}
