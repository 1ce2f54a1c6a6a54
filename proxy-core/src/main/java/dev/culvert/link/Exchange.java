package dev.culvert.link;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import org.jspecify.annotations.Nullable;

/** One request and the frames that answer it. Confined to its link's event loop. */
public final class Exchange extends RingNode {
    private final Exchanges exchanges;
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

    /** Since when the agent may send nothing; 0 while it may. */
    private long starvedSinceNanos;

    private long lastSeq;
    private boolean ended;

    /** Whether the turn waits until somebody approves a call (approvals.md). */
    private boolean parked;

    /** What is left to send of a request that fits no frame. */
    private @Nullable SentInParts rest;

    Exchange(
            Exchanges exchanges,
            Frame request,
            ReplyListener listener,
            Patience patience,
            long after,
            long now) {
        this.exchanges = exchanges;
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

    /** Whether its listener may still be called. */
    public boolean isOpen() {
        return !ended;
    }

    /** Whether parts of its request are still to be sent, so that the agent cannot have begun. */
    public boolean isSending() {
        return rest != null;
    }

    @Nullable SentInParts rest() {
        return rest;
    }

    void rest(@Nullable SentInParts left) {
        rest = left;
    }

    /** Ends it without telling its listener; tells the agent, if it understands. */
    public void cancel() {
        if (!ended) {
            exchanges.abandon(this, null);
        }
    }

    /** Ends it without telling anyone: the turn goes on and may be resumed. */
    public void detach() {
        if (!ended) {
            exchanges.detach(this);
        }
    }

    /**
     * Asks the agent to end the turn, which it confirms by ending the exchange. False if it does
     * not understand that.
     */
    public boolean stop() {
        return !ended && exchanges.stop(this);
    }

    /**
     * Lets the agent send more. Sent at once if the agent heeds credit, or as soon as it says so;
     * an exchange that began without credit ignores it.
     */
    public void grant(long bytes) {
        if (hasCredit && !ended) {
            ungranted += bytes;
            exchanges.grant(this);
        }
    }

    /** What was granted since the last call, for the agent to be told. */
    long takeUngranted() {
        long bytes = ungranted;
        ungranted = 0;
        creditLeft += bytes;
        return bytes;
    }

    /** For how long the agent could send nothing before it got credit again; else 0. */
    long takeStarvedNanos() {
        if (starvedSinceNanos == 0 || creditLeft <= 0) {
            return 0;
        }
        long nanos = System.nanoTime() - starvedSinceNanos;
        starvedSinceNanos = 0;
        return nanos;
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

    /** The agent has sent the next part of the answer. */
    void took(Frame reply) {
        if (reply.seq() > 0) {
            lastSeq = reply.seq();
        }
        parked = reply.type() == FrameType.APPROVAL;
        if (reply.type().isOfATurn()) {
            creditLeft -= reply.payload().readableBytes();
            if (creditLeft <= 0 && hasCredit && starvedSinceNanos == 0) {
                starvedSinceNanos = System.nanoTime();
            }
        }
    }

    /** The agent has sent its last frame once more, to say that the turn still waits. */
    void stillParked() {
        parked = true;
    }

    boolean isParked() {
        return parked;
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
            if (!whole && exchanges.isHeldBack(this)) {
                exchanges.waitOn(this); // nothing is wrong with it
                return;
            }
            exchanges.abandon(
                    this,
                    new Failure.TimedOut(whole ? patience.whole() : patience.silence(), whole));
        }
    }

    void markEnded() {
        ended = true;
    }
}
