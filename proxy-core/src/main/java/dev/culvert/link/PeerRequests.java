package dev.culvert.link;

import dev.culvert.frame.Frame;

/** Serves what the agent of a link asks for by itself. Called on the link's event loop. */
public interface PeerRequests {
    /**
     * Lends {@code request}, which is a {@code publish}, {@code request}, {@code subscribe} or
     * {@code unsubscribe}.
     */
    void onRequest(Frame request);
}
