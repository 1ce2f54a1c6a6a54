package dev.culvert.daemon.answer;

import dev.culvert.frame.Frame;
import dev.culvert.link.Failure;
import io.netty.channel.EventLoop;
import java.util.function.Consumer;

/**
 * A turn whose client has tools of its own. All readers of the turn tell it what they read, each on
 * its event loop, so that it knows the calls of these tools when the answer is complete.
 */
public interface Followed {
    /**
     * After which frame the agent has to be asked, so that nothing is missing here.
     *
     * @param number of the last event that the client has
     */
    long after(long number);

    /**
     * The number of the answer's end, if the client has all that the agent said; else 0.
     *
     * @param number of the last event that the client has
     */
    long end(long number);

    /** The message was sent. */
    void onSent();

    /** Lends a frame that one reader got, which may have come before. */
    void onFrame(Frame frame, long number);

    /**
     * The answer is complete.
     *
     * @param number of its end
     * @param told is told the calls once, on {@code loop}: at once if there are none
     */
    void onDone(long number, EventLoop loop, Consumer<ClientCalls> told);

    /** The same for a client that reads along, and knows no more than the readers. */
    void onWatched(long number, EventLoop loop, Consumer<ClientCalls> told);

    /** One reader was told that the turn failed. */
    void onFailure(Failure failure);

    /** The agent does not have the frames any more that are missing here. */
    void missesFrames();

    /** One reading is over. */
    void left();
}
