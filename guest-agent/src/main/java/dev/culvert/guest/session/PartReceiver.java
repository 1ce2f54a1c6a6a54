package dev.culvert.guest.session;

import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.guest.desired.InvalidPayloadException;
import dev.culvert.guest.desired.JsonObject;
import dev.culvert.guest.turn.Replies;
import dev.culvert.guest.turn.Turns;
import dev.culvert.io.LazyTimer;
import dev.culvert.json.BadJsonException;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Joins the messages that come over one link in parts (parts.md), and lets the host send no faster
 * than they are read. Confined to the event loop.
 */
final class PartReceiver {
    /** How long the host may send no part although it may. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Gets each message when it is whole. */
    interface Receiver {
        /**
         * Borrows {@code message}.
         *
         * @param asked the fingerprint of its payload
         */
        void receive(Frame message, long asked) throws InvalidPayloadException;
    }

    private final EventLoop loop;
    private final Turns turns;
    private final Replies replies;
    private final Admission admission;
    private final Receiver receiver;
    private final Map<String, ArrivingMessage> arriving = new HashMap<>();

    PartReceiver(
            EventLoop loop, Turns turns, Replies replies, Admission admission, Receiver receiver) {
        this.loop = loop;
        this.turns = turns;
        this.replies = replies;
        this.admission = admission;
        this.receiver = receiver;
    }

    /** A message is announced; borrows {@code frame}, which has an id and a payload. */
    void begin(Frame frame) throws InvalidPayloadException {
        String id = frame.id();
        if (end(id)) {
            replies.sendError(
                    id,
                    ErrorCode.INVALID_MESSAGE,
                    "'parts' of another message with this id were still coming on this link");
            return;
        }
        long bytes = JsonObject.readSmall("the payload", frame.payload()).integer("bytes", 1);
        if (bytes > turns.requests().mostMessageBytes()) {
            replies.sendError(
                    id,
                    ErrorCode.MESSAGE_TOO_LARGE,
                    "the message has "
                            + bytes
                            + " bytes, and the agent takes at most "
                            + turns.requests().mostMessageBytes()
                            + " ("
                            + turns.requests().mostMessageFlag()
                            + ")");
        } else if (!isRefused(id, (int) bytes)) {
            ArrivingMessage message =
                    new ArrivingMessage(frame, (int) bytes, new LazyTimer(loop, () -> giveUp(id)));
            arriving.put(id, message);
            turns.requests().beginArrival(message.bytes());
            askForMore(message);
        }
    }

    /** A turn that runs or has run is only read, so that it needs no room but for comparing. */
    private boolean isRefused(String id, int bytes) {
        boolean isKnown = turns.findOpen(id) != null || turns.hasEnded(id);
        return isKnown ? admission.refusesBytes(id, bytes) : admission.refusesTurn(id, bytes);
    }

    /** Takes the next part, which is lent; false if it belongs to no message that arrives. */
    boolean add(Frame part) {
        ArrivingMessage message = arriving.get(part.id());
        if (message == null) {
            return false;
        }
        String fault = message.add(part);
        if (fault != null) {
            fail(message, ErrorCode.INVALID_PAYLOAD, fault);
        } else if (message.isWhole()) {
            handOn(message);
        } else {
            askForMore(message);
        }
        return true;
    }

    private void askForMore(ArrivingMessage message) {
        message.patience().expireAfter(PATIENCE);
        int bytes = message.grant();
        if (bytes > 0) {
            replies.send(new Frame(FrameType.CREDIT, message.id(), turns.payloads().credit(bytes)));
        }
    }

    private void handOn(ArrivingMessage message) {
        long asked = message.asked();
        Frame whole;
        try {
            whole = message.take();
        } catch (BadJsonException bad) {
            fail(
                    message,
                    ErrorCode.INVALID_PAYLOAD,
                    "the parts together are not one JSON object that can be a payload: "
                            + bad.detail());
            return;
        }
        end(message.id());
        try {
            receiver.receive(whole, asked);
        } catch (InvalidPayloadException e) {
            replies.sendError(message.id(), ErrorCode.INVALID_PAYLOAD, e.getMessage());
        } finally {
            whole.release();
        }
    }

    private void giveUp(String id) {
        ArrivingMessage message = arriving.get(id);
        if (message != null) {
            fail(
                    message,
                    ErrorCode.CANCELLED,
                    "the host sent no part of the message for "
                            + PATIENCE.toSeconds()
                            + " s although it had credit");
        }
    }

    private void fail(ArrivingMessage message, ErrorCode code, String why) {
        end(message.id());
        replies.sendError(message.id(), code, why);
    }

    /** The host does not want this message any more. False if none of that id arrives. */
    boolean cancel(String id) {
        ArrivingMessage message = arriving.get(id);
        if (message != null) {
            fail(
                    message,
                    ErrorCode.CANCELLED,
                    "the host cancelled the message before it was whole");
        }
        return message != null;
    }

    /** Forgets the message of that id; false if there is none. */
    private boolean end(String id) {
        ArrivingMessage message = arriving.remove(id);
        if (message != null) {
            message.drop();
            turns.requests().endArrival(message.bytes());
        }
        return message != null;
    }

    /** The link is gone, and so is the rest of each message. */
    void close() {
        List.copyOf(arriving.keySet()).forEach(this::end);
    }
}
