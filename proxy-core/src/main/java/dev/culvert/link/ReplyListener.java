package dev.culvert.link;

import dev.culvert.frame.Frame;

/**
 * Is told what answers one request, on the link's event loop. The last thing told is exactly one of
 * {@link #onDone} and {@link #onFailure}, or nothing more once the exchange was cancelled.
 */
public interface ReplyListener {
    /**
     * Lends {@code reply} for the call; retain it to keep it. The last chunk comes here too, even
     * where a resumed turn had it before: its number then is not above the one resumed after.
     */
    void onReply(Frame reply);

    void onDone();

    /** Neither a blocked tool nor an error of the agent comes as a reply: they come here. */
    void onFailure(Failure failure);
}
