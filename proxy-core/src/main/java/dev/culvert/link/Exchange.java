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
    private long silenceDueTick;
    private boolean ended;

    Exchange(
            ExchangeHandler link,
            Frame request,
            ReplyListener listener,
            Patience patience,
            long now) {
        this.link = link;
        this.id = request.id();
        this.request = request.type();
        this.listener = listener;
        this.patience = patience;
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

    FrameType request() {
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
            link.abandon(
                    this,
                    new Failure.TimedOut(whole ? patience.whole() : patience.silence(), whole));
        }
    }

    void markEnded() {
        ended = true;
    }
}
