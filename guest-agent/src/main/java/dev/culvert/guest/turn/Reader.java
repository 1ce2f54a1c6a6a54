package dev.culvert.guest.turn;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.guest.session.Session;

/** A turn as one connection reads it: how far it has been sent, and how much more it may be. */
public final class Reader {
    private static final long MOST_CREDIT = (1L << 53) - 1;

    private final Session session;
    private final Turn turn;
    private final boolean limited;
    private long credit;
    private long sent;
    private boolean closed;

    /** Whether the session has it in its queue. */
    public boolean queued;

    /**
     * @param after the number of the last frame that the host has
     * @param credit as in the envelope of its request: negative where it is not limited
     */
    Reader(Session session, Turn turn, long after, long credit) {
        this.session = session;
        this.turn = turn;
        sent = after;
        limited = credit >= 0;
        this.credit = credit;
    }

    public Session session() {
        return session;
    }

    public Turn turn() {
        return turn;
    }

    /** The number of the last frame that it was sent, or has from before. */
    long sent() {
        return sent;
    }

    public boolean isLimited() {
        return limited;
    }

    public void grant(long bytes) {
        credit = Math.min(MOST_CREDIT, credit + bytes);
        offer();
    }

    /** There may be something to send. */
    void offer() {
        session.offer(this);
    }

    /** Whether it takes no more, because it has all or another one reads. */
    void close() {
        closed = true;
    }

    public boolean canSend() {
        return !closed
                && turn.said().hasAfter(sent)
                && (!limited || credit > 0 || turn.said().typeAfter(sent) != FrameType.CHUNK);
    }

    /** Sends the next frame, which there must be. */
    public void sendNext() {
        Frame frame = turn.said().frameAfter(sent);
        if (limited && frame.type() == FrameType.CHUNK) {
            credit -= frame.payload().readableBytes();
        }
        sent = frame.seq();
        session.send(frame);
        turn.onSent(this);
    }
}
