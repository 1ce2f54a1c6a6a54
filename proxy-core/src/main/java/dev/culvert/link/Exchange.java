package dev.culvert.link;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;

/** One request and the frames that answer it. Confined to its link's event loop. */
public final class Exchange extends RingNode {
    private final ExchangeHandler link;
    private final String id;
    private final FrameType request;
    private final ReplyListener listener;
    private final Patience patience;
    private final long silenceTicks;
    private final long wholeDueTick;
    private final boolean hasCredit;
    private long silenceDueTick;
    private long creditLeft;
    private long ungranted;
    private long lastSeq;
    private boolean ended;

    Exchange(
            ExchangeHandler link,
            Frame request,
            ReplyListener listener,
            Patience patience,
            long after,
            long now) {
        this.link = link;
        this.id = request.id();
        this.request = request.type();
        this.listener = listener;
        this.patience = patience;
        hasCredit = request.credit() >= 0;
        creditLeft = request.credit();
        lastSeq = after;
        silenceTicks = Deadlines.ticks(patience.silence());
        silenceDueTick = now + silenceTicks;
        wholeDueTick =
                patience.whole().isZero()
                        ? Long.MAX_VALUE
                        : now + Deadlines.ticks(patience.whole());
    }

    public String id() {
        return id;
    }

    /** Whether its listener may still be told something. */
    public boolean isOpen() {
        return !ended;
    }

    /** Ends it without a further word to its listener; the agent is told where it understands. */
    public void cancel() {
        if (!ended) {
            link.abandon(this, null);
        }
    }

    /** Ends it without a further word to anyone: the turn goes on and may be resumed. */
    public void detach() {
        if (!ended) {
            link.detach(this);
        }
    }

    /**
     * Asks the agent to end the turn, which it confirms by ending the exchange. False where it does
     * not understand that.
     */
    public boolean stop() {
        return !ended && link.sendCancel(id);
    }

    /**
     * Lets the agent send more. Sent at once where the agent heeds credit, or as soon as it says
     * so; nothing happens to an exchange that began without credit.
     */
    public void grant(long bytes) {
        if (hasCredit && !ended) {
            ungranted += bytes;
            link.grant(this);
        }
    }

    /** What was granted and is to be told to the agent now. */
    long takeUngranted() {
        long bytes = ungranted;
        ungranted = 0;
        creditLeft += bytes;
        return bytes;
    }

    boolean hasUngranted() {
        return ungranted > 0;
    }

    /** Whether the agent may not send until more is granted. */
    boolean isOutOfCredit() {
        return hasCredit && creditLeft <= 0;
    }

    long lastSeq() {
        return lastSeq;
    }

    /** The agent has sent a part of the answer, and it is the next one. */
    void took(Frame reply) {
        if (reply.seq() > 0) {
            lastSeq = reply.seq();
        }
        if (reply.type() == FrameType.CHUNK) {
            creditLeft -= reply.payload().readableBytes();
        }
    }

    /** The type of the request. */
    public FrameType request() {
        return request;
    }

    ReplyListener listener() {
        return listener;
    }

    void heardAt(long now) {
        silenceDueTick = now + silenceTicks;
    }

    long dueTick() {
        return Math.min(silenceDueTick, wholeDueTick);
    }

    void expire() {
        if (!ended) {
            boolean whole = wholeDueTick <= silenceDueTick;
            if (!whole && link.isHeldBack(this)) {
                link.waitOn(this); // it is this side that keeps the agent silent
                return;
            }
            link.abandon(
                    this,
                    new Failure.TimedOut(whole ? patience.whole() : patience.silence(), whole));
        }
    }

    void markEnded() {
        ended = true;
    }
}
