package dev.culvert.link;

import dev.culvert.frame.Frame;

/** Serves what the agent of a link asks for by itself. Called on the link's event loop. */
public interface PeerRequests {
    /**
     * Lends {@code request}, which is a {@code publish}, {@code request}, {@code subscribe}, {@code
     * unsubscribe}, {@code approve}, {@code claim}, {@code withdraw} or {@code tunnel}.
     */
    void onRequest(Frame request);
}
