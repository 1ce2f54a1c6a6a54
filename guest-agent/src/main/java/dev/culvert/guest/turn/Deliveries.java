package dev.culvert.guest.turn;

import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The turns that one link reads. While the host reads, each sends one frame in turn, so that none
 * starves another. Confined to the event loop.
 */
public final class Deliveries {
    private final Replies replies;
    private final Map<String, Delivery> open = new HashMap<>();
    private final Queue<Delivery> ready = new ArrayDeque<>();

    public Deliveries(Replies replies) {
        this.replies = replies;
    }

    /** The delivery of the turn of this id; null if this link does not read that turn. */
    public @Nullable Delivery find(String id) {
        return open.get(id);
    }

    /**
     * Reads the turn from now on. A link that has read it until now is told that it was taken over.
     *
     * @param after the number of the last frame that the host has; the turn does not refuse it
     * @param credit from the envelope of the request; negative for no limit
     */
    public void begin(Turn turn, long after, long credit) {
        Delivery before = turn.delivery();
        Delivery delivery = turn.deliverTo(this, after, credit);
        open.put(turn.id(), delivery);
        if (before != null && before.link() != this) {
            before.link().dismiss(before, ErrorCode.TAKEN_OVER, "the turn is read on another link");
        }
        offer(delivery);
    }

    /** Sends what waits, for as long as the host reads. */
    public void sendReady() {
        while (replies.isWritable()) {
            Delivery delivery = ready.poll();
            if (delivery == null) {
                return;
            }
            if (delivery.canSend()) {
                delivery.sendNext();
            }
            delivery.queued = delivery.canSend();
            if (delivery.queued) {
                ready.add(delivery);
            }
        }
    }

    /** The link is gone: its turns go on without a reader for a while. Returns how many. */
    public int close() {
        List<Delivery> left = List.copyOf(open.values());
        open.clear();
        left.forEach(delivery -> delivery.turn().leave(delivery));
        return left.size();
    }

    /** Ends the exchange, but not the turn, with an error that has no {@code seq}. */
    void dismiss(Delivery delivery, ErrorCode code, String message) {
        replies.sendError(delivery.turn().id(), code, message);
        forget(delivery);
    }

    /** It sends nothing more. */
    void forget(Delivery delivery) {
        open.remove(delivery.turn().id(), delivery);
    }

    /** There may be something to send: it goes out when its turn comes. */
    void offer(Delivery delivery) {
        if (!delivery.queued && delivery.canSend()) {
            delivery.queued = true;
            ready.add(delivery);
        }
        sendReady();
    }

    /** Takes ownership of {@code frame}. */
    void send(Frame frame) {
        replies.send(frame);
    }
}
