package dev.culvert.guest.turn;

import dev.culvert.frame.Frame;

/**
 * The sending of one turn over one link: which frame was sent last, and how many bytes the host
 * takes.
 */
public final class Delivery {
    private static final long MOST_CREDIT = (1L << 53) - 1;

    private final Deliveries link;
    private final Turn turn;
    private final boolean limited;
    private long credit;
    private long sent;
    private boolean closed;

    /** Whether it waits in the queue of its link. */
    boolean queued;

    /**
     * @param after the number of the last frame that the host has
     * @param credit from the envelope of the request; negative for no limit
     */
    Delivery(Deliveries link, Turn turn, long after, long credit) {
        this.link = link;
        this.turn = turn;
        sent = after;
        limited = credit >= 0;
        this.credit = credit;
    }

    Deliveries link() {
        return link;
    }

    public Turn turn() {
        return turn;
    }

    /** The number of the last frame that was sent, or that the host had before. */
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
        link.offer(this);
    }

    /** Sends nothing more: everything was sent, or another link reads the turn. */
    void close() {
        closed = true;
    }

    boolean canSend() {
        return !closed
                && turn.said().hasAfter(sent)
                && (!limited || credit > 0 || !turn.said().typeAfter(sent).isOfATurn());
    }

    /** Sends the next frame; there must be one. */
    void sendNext() {
        Frame frame = turn.said().frameAfter(sent);
        if (limited && frame.type().isOfATurn()) {
            credit -= frame.payload().readableBytes();
        }
        sent = frame.seq();
        link.send(frame);
        turn.onSent(this);
    }
}
