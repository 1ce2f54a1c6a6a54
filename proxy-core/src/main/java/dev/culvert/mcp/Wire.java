package dev.culvert.mcp;

/** How messages reach one server and come back. Safe for all threads. */
interface Wire extends AutoCloseable {
    /**
     * Sends a message. What answers it arrives in the result, which {@link #forget} must end.
     *
     * @throws McpException if it cannot be sent
     */
    Arrivals send(Outgoing message) throws McpException;

    /** Nobody waits for the answer to the message of this id any more. */
    void forget(long id);

    /** Whether all messages share one channel: then a server is told what is cancelled. */
    boolean isShared();

    /**
     * A server of a revision with {@code initialize} says things here that nobody asked for.
     *
     * @throws McpException if it cannot be asked
     */
    Arrivals unasked(String revision) throws McpException;

    /** The server, for people. */
    @Override
    String toString();

    /** Ends what was opened. */
    @Override
    void close();
}
