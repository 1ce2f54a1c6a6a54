package dev.culvert.link;

/** Waits for a link: called exactly once, on the event loop of the link. */
public interface DialListener {
    /** The link is open; it may be lost at any moment. */
    void onLink(AgentLink link);

    void onFailure(Failure failure);
}
