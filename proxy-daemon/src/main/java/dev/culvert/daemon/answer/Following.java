package dev.culvert.daemon.answer;

import dev.culvert.daemon.turn.TurnRequest;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/** Follows the turns of clients that have tools of their own. Called on any event loop. */
public interface Following {
    /**
     * The turn begins, or a client repeats the request that began it.
     *
     * @param message lent for the call
     */
    Followed begin(TurnRequest turn, ByteBuf message, EventLoop loop);

    /** Somebody resumes the turn; null if it is not followed. */
    @Nullable Followed resume(TurnRequest turn, EventLoop loop);

    /** Somebody reads the turn along with its reader; null if it is not followed. */
    @Nullable Followed find(String turn);
}
