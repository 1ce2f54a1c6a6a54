package dev.culvert.link;

/** Waits for a link: is told exactly once, on the event loop that the link belongs to. */
public interface DialListener {
    /** The link is open, though it may be lost at any moment. */
    void onLink(AgentLink link);

    void onFailure(Failure failure);
}
