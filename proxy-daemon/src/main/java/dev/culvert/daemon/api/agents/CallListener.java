package dev.culvert.daemon.api.agents;

import dev.culvert.link.ReplyListener;

/** A reply listener that is also told when its request is sent. */
public interface CallListener extends ReplyListener {
    /** The request is sent. If it fails later, the agent may have begun to work on it. */
    default void onSent() {}
}
