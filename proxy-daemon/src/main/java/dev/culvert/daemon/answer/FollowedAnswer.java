package dev.culvert.daemon.answer;

import dev.culvert.daemon.turn.LiveTurn;
import dev.culvert.daemon.turn.TurnListener;
import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.link.Failure;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * Lets a {@link Followed} turn see what one reader gets, and keeps from the reader what its client
 * has. Confined to the reader's event loop.
 */
final class FollowedAnswer implements TurnListener {
    /** The reader. */
    interface Reader extends TurnListener {
        /** The answer is complete, and calls these tools of the client. */
        void onDone(long number, ClientCalls calls);
    }

    private final Followed followed;
    private final Reader reader;
    private final EventLoop loop;
    private final long after;

    /** Reads the turn from where its client is; null if nothing came before. */
    private @Nullable Runnable fromThere;

    private @Nullable LiveTurn turn;

    /** Bytes of payload that came before the turn could be told that they are taken. */
    private long untold;

    /**
     * @param after the number of the last event that the client has, 0 for none
     */
    FollowedAnswer(Followed followed, Reader reader, EventLoop loop, long after) {
        this.followed = followed;
        this.reader = reader;
        this.loop = loop;
        this.after = after;
    }

    /**
     * Reads more than the client needs. If the agent does not have that any more, {@code less}
     * runs.
     */
    void orElse(Runnable less) {
        fromThere = less;
    }

    /** It reads {@code begun}, which may be over. */
    void reads(LiveTurn begun) {
        turn = begun;
        taken(untold);
        begun.whenOver(followed::left);
    }

    @Override
    public void onSent() {
        followed.onSent();
        reader.onSent();
    }

    @Override
    public void onChunk(Frame chunk, long number) {
        fromThere = null;
        followed.onFrame(chunk, number);
        if (number > after) {
            reader.onChunk(chunk, number);
        } else {
            taken(chunk.payload().readableBytes());
        }
    }

    private void taken(long bytes) {
        if (turn == null) {
            untold += bytes;
        } else if (bytes > 0) {
            turn.consumed(bytes);
        }
    }

    @Override
    public void onGoesOn() {
        reader.onGoesOn();
    }

    @Override
    public void onDone(long number) {
        followed.onDone(
                number,
                loop,
                calls -> {
                    if (calls.isNothing()) {
                        reader.onDone(number);
                    } else {
                        reader.onDone(number, calls);
                    }
                });
    }

    @Override
    public void onFailure(Failure failure) {
        Runnable less = fromThere;
        if (less != null
                && failure instanceof Failure.AgentError error
                && error.is(ErrorCode.LOG_TRUNCATED)) {
            followed.missesFrames();
            less.run();
        } else {
            followed.onFailure(failure);
            reader.onFailure(failure);
        }
    }

    @Override
    public void onCut() {
        reader.onCut();
    }
}
