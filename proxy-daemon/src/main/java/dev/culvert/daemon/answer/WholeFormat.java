package dev.culvert.daemon.answer;

import dev.culvert.frame.Frame;
import io.netty.buffer.ByteBuf;

/**
 * The whole of a turn as one kind of client wants to read it: one JSON object, put together while
 * the turn runs. One instance serves one answer, and is confined to its event loop. What it holds,
 * it holds until that is taken or dropped; problems are not written here but in the {@link
 * dev.culvert.daemon.http.ProblemFormat} of the path.
 */
public interface WholeFormat {
    /**
     * Whether every client is told the id of its turn, so that it can read the turn again. If not,
     * only one that asks for a turn that can be read again is told.
     */
    boolean tellsTurn();

    /** The answer is that of this turn. Called once, before the first chunk. */
    void begin(String turn);

    /** Adds the chunk, which is lent. */
    void chunk(Frame chunk);

    /**
     * Is told what a tool of the agent does, or that a call waits for an approval; {@code frame} is
     * lent. A format that has answered its client then reads no further: the turn is left.
     */
    default void tool(Frame frame) {}

    /** The memory of what is held. */
    int heldBytes();

    /** How many bytes of content there are, which turns.max_answer_bytes limits. */
    int contentBytes();

    /** The answer calls tools of the client. Called at most once, after the last chunk. */
    default void ends(ClientCalls calls) {}

    /** The whole as a JSON object, which belongs to the caller. Called at most once. */
    ByteBuf take();

    /** Releases what is held. */
    void drop();
}
