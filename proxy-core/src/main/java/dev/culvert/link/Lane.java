package dev.culvert.link;

/** Which of an event loop's shared links to an agent is meant. */
public enum Lane {
    /** The link that nearly everything goes over. */
    FIRST,

    /**
     * A link for a request whose id is in use on the first lane: it takes a turn over from a reader
     * on the same loop. Dialled when wanted, closed when idle.
     */
    SECOND
}
