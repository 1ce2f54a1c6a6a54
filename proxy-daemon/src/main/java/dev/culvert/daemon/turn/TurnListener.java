package dev.culvert.daemon.turn;

import dev.culvert.frame.Frame;
import dev.culvert.link.Failure;

/**
 * Is told how a turn goes, on its event loop, in order and without repetition. The last thing told
 * is exactly one of {@link #onDone}, {@link #onFailure} and {@link #onCut}.
 */
public interface TurnListener {
    /** The request is on its way; what fails from now on fails after the work may have begun. */
    default void onSent() {}

    /**
     * Lends {@code chunk} for the call; say {@link LiveTurn#consumed} once its payload is out of
     * the way.
     *
     * @param number its place in the turn
     */
    void onChunk(Frame chunk, long number);

    /** The answer is whole; {@code number} is the place of its end, behind the last chunk. */
    void onDone(long number);

    void onFailure(Failure failure);

    /** The daemon stops and cannot wait; the turn may be resumed once it is back. */
    void onCut();
}
