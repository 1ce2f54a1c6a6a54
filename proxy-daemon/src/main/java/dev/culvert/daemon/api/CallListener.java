package dev.culvert.daemon.api;

import dev.culvert.link.ReplyListener;

/** A reply listener that is also told when its request was sent. */
public interface CallListener extends ReplyListener {
    /** The request is on its way; what fails from now on fails after the work may have begun. */
    default void onSent() {}
}
