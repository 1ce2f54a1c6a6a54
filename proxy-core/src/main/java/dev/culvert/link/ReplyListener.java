package dev.culvert.link;

import dev.culvert.frame.Frame;

/**
 * Receives what answers one request, on the link's event loop. The last call is exactly one of
 * {@link #onDone} and {@link #onFailure}; there is none after the exchange was cancelled.
 */
public interface ReplyListener {
    /**
     * Lends {@code reply} for the call; retain it to keep it. The last chunk comes here, too, even
     * if the listener of a resumed turn has it: then its number is not above the one resumed after.
     */
    void onReply(Frame reply);

    /**
     * The last part of a request that fits no frame was sent: the agent may begin to work. Not
     * called for other requests, which are sent at once.
     */
    default void onRequestSent() {}

    void onDone();

    /** Also called for a blocked tool and for an error of the agent, which are not replies. */
    void onFailure(Failure failure);
}
