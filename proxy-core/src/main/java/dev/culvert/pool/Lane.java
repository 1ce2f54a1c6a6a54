package dev.culvert.pool;

/** Which of an event loop's links to an agent is meant. */
public enum Lane {
    /** The one that everything goes over. */
    FIRST,

    /**
     * Another one beside it, for a request whose id is in use on the first: who takes a turn over
     * from a reader on the same loop. Dialled when it is wanted, and closed when it is idle.
     */
    SECOND
}
