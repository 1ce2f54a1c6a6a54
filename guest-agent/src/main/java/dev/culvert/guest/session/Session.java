package dev.culvert.guest.session;

import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.guest.approvals.HostApprovals;
import dev.culvert.guest.desired.DesiredState;
import dev.culvert.guest.desired.InvalidPayloadException;
import dev.culvert.guest.desired.JsonObject;
import dev.culvert.guest.inspect.Inspections;
import dev.culvert.guest.subjects.HostSubjects;
import dev.culvert.guest.subjects.Subjects;
import dev.culvert.guest.tools.Workshop;
import dev.culvert.guest.turn.Deliveries;
import dev.culvert.guest.turn.Delivery;
import dev.culvert.guest.turn.Fingerprint;
import dev.culvert.guest.turn.Parking;
import dev.culvert.guest.turn.Payloads;
import dev.culvert.guest.turn.Pongs;
import dev.culvert.guest.turn.Replies;
import dev.culvert.guest.turn.Turn;
import dev.culvert.guest.turn.Turns;
import dev.culvert.io.Quoted;
import io.netty.channel.Channel;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles the requests that come over one link: each becomes a turn, a change of the desired state,
 * or an error. Confined to the event loop.
 */
public final class Session {
    /** What this guest can do beyond the base protocol (compatibility.md). */
    public static final List<String> FEATURES =
            List.of(
                    "credit",
                    "cancel",
                    "resume",
                    "probe",
                    "parts",
                    "subjects",
                    "quiesce",
                    "tunnel");

    /** The features of a guest that has tools of its own (tools.md, approvals.md). */
    public static final List<String> TOOLS = List.of("tools", "approvals");

    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    /** The host does not say why it cancels; these are its reasons. */
    private static final String CANCELLED_BY_HOST =
            "the host stopped the turn: it was deleted, its client was away for longer than"
                    + " turns.resume_grace of culvertd or did not read, or the host shut down";

    private final Turns turns;
    private final DesiredState desired;
    private final Replies replies;
    private final Deliveries deliveries;
    private final Pongs pongs;
    private final Messages messages;
    private final Updates updates;
    private final PartReceiver parts;
    private final HostSubjects subjects;
    private final Quiescing quiescing;
    private final @Nullable Workshop workshop;

    /** Null without tools. */
    private final @Nullable HostApprovals approvals;

    /** Null where the host may find nothing out. */
    private @Nullable Inspections inspections;

    private long ignoredFrames;

    /**
     * @param workshop the agent's own tools; null for none
     * @param channel of the link; replies are written to it
     */
    public Session(
            Turns turns,
            DesiredState desired,
            Subjects subjects,
            @Nullable Workshop workshop,
            Channel channel) {
        this.turns = turns;
        this.desired = desired;
        this.subjects = subjects.over(channel);
        this.workshop = workshop;
        approvals = workshop == null ? null : workshop.approvals().over(channel);
        Payloads payloads = turns.payloads();
        replies = new Replies(channel, payloads);
        deliveries = new Deliveries(replies);
        pongs = new Pongs(turns, replies);
        Admission admission = new Admission(turns, replies);
        quiescing =
                new Quiescing(
                        channel.eventLoop(),
                        turns,
                        replies,
                        workshop == null ? List::of : workshop::runningCalls);
        updates = new Updates(desired, replies, payloads);
        messages =
                new Messages(
                        new Messages.Parts(turns, desired, workshop),
                        replies,
                        deliveries,
                        admission);
        parts =
                new PartReceiver(
                        channel.eventLoop(), turns, replies, admission, messages::onMessage);
    }

    /** Lets the host find out what the machine reaches and what it is like. */
    public Session inspectedBy(Inspections by) {
        inspections = by;
        return this;
    }

    /** Borrows {@code frame}. */
    public void receive(Frame frame) {
        switch (frame.type()) {
            case PING -> onPing(frame);
            case MESSAGE ->
                    withId(frame, it -> messages.onMessage(it, Fingerprint.of(it.payload())));
            case PARTS -> withId(frame, parts::begin);
            case PART -> {
                if (!parts.add(frame)) {
                    ignore(frame);
                }
            }
            case RESUME -> withId(frame, messages::onResume);
            case QUIESCE -> withId(frame, quiescing::receive);
            case CONFIG_UPDATE ->
                    withId(frame, it -> desired.configure(it.payload(), updates.saved(it.id())));
            case CONTEXT_UPDATE ->
                    withId(frame, it -> desired.addContext(it.payload(), updates.saved(it.id())));
            case REQUEST -> withId(frame, subjects::onRequest);
            case REPLY -> ignoreUnless(subjects.onReply(frame), frame);
            case ERROR -> ignoreUnless(subjects.onError(frame) || isOfAnApproval(frame), frame);
            case APPROVED, CLAIMED -> ignoreUnless(isOfAnApproval(frame), frame);
            case PUBLISH -> ignoreUnless(subjects.onMessage(frame), frame);
            case MISSED -> ignoreUnless(subjects.onMissed(frame), frame);
            case CREDIT -> onCredit(frame);
            case CANCEL -> onCancel(frame.id());
            case HEARTBEAT, CHUNK, CONFIG_ACK, TOOL_BLOCKED, PONG, QUIESCED -> ignore(frame);
            case SUBSCRIBE, UNSUBSCRIBE, UNKNOWN -> ignore(frame);
            case TOOL_CALL, TOOL_OUTPUT, TOOL_RESULT -> ignore(frame);
            case APPROVAL, APPROVE, CLAIM, WITHDRAW -> ignore(frame);
            case TUNNEL, TUNNELLED -> ignore(frame);
            // On a link that the guest opened, its identity takes those for the guest.
            case CHALLENGE, REGISTERED, REFUSED, HELLO, REGISTER, PROVE -> ignore(frame);
        }
    }

    private void onPing(Frame frame) {
        if (inspections != null && inspections.take(frame, replies)) {
            return;
        }
        pongs.answer(frame);
        if (frame.isTrue("subjects")) {
            subjects.onOffered(frame.isTrue("subscriptions"));
        }
        if (frame.isTrue("tools")) {
            turns.onToolsTaken();
        }
        if (approvals != null && frame.isTrue("approvals")) {
            approvals.onOffered();
        }
    }

    private boolean isOfAnApproval(Frame frame) {
        return approvals != null && approvals.onAnswer(frame);
    }

    private void ignoreUnless(boolean isAwaited, Frame frame) {
        if (!isAwaited) {
            ignore(frame);
        }
    }

    private void ignore(Frame frame) {
        ignoredFrames++;
        LOG.debug("ignored a '{}' with id '{}'", frame.type().wireName(), Quoted.word(frame.id()));
    }

    /** The host reads again. */
    public void onWritable() {
        deliveries.sendReady();
    }

    /** The link is gone. Its turns go on without a reader for a while. */
    public void onClosed() {
        parts.close();
        subjects.onClosed();
        if (approvals != null) {
            approvals.onClosed();
        }
        int left = deliveries.close();
        if (left > 0) {
            LOG.info(
                    "{} turns lost their link; they wait {} s for another (--orphan-grace)",
                    left,
                    turns.orphanGrace().toSeconds());
        }
    }

    /** The frames that were ignored: of a type that is unknown, or that only a guest sends. */
    public long ignoredFrames() {
        return ignoredFrames;
    }

    /** The turns of all links that run, or whose last frame was not sent yet. */
    public int openTurns() {
        return turns.count();
    }

    /** The API that the runtime speaks. */
    public String runtimeKind() {
        return desired.config().runtimeKind().wireName();
    }

    /** Whether no new turns may begin because the guest stops. */
    public boolean isDraining() {
        return turns.isDraining();
    }

    /** Whether no new turns may begin because the VM is about to be paused. */
    public boolean isQuiesced() {
        return turns.parking().isOn();
    }

    /** The connection says that the VM was restored from a snapshot. */
    public void onRestored() {
        turns.parking()
                .end(Parking.End.RESTORED, "the VM was restored, which resets its connections");
        if (workshop != null) {
            workshop.approvals().goOn(true);
        }
    }

    private interface Request {
        void handle(Frame frame) throws InvalidPayloadException;
    }

    private void withId(Frame frame, Request request) {
        if (frame.id().isEmpty() || !frame.payload().isReadable()) {
            String missing = frame.id().isEmpty() ? "an id" : "a payload";
            replies.sendError(
                    frame.id(),
                    ErrorCode.INVALID_MESSAGE,
                    "'" + frame.type().wireName() + "' needs " + missing);
            return;
        }
        try {
            request.handle(frame);
        } catch (InvalidPayloadException e) {
            replies.sendError(frame.id(), ErrorCode.INVALID_PAYLOAD, e.getMessage());
        }
    }

    /** Bad credit ends its turn; credit for a turn that this link does not read is ignored. */
    private void onCredit(Frame frame) {
        Delivery delivery = deliveries.find(frame.id());
        if (delivery == null || !delivery.isLimited()) {
            return;
        }
        try {
            if (!frame.payload().isReadable()) {
                throw new InvalidPayloadException("'credit' needs a payload");
            }
            delivery.grant(
                    JsonObject.readSmall("the payload", frame.payload()).integer("bytes", 1));
        } catch (InvalidPayloadException e) {
            delivery.turn().stop(ErrorCode.INVALID_PAYLOAD, e.getMessage());
        }
    }

    /** A turn that has ended needs no cancelling: its last frame is on its way. */
    private void onCancel(String id) {
        if (parts.cancel(id)) {
            return;
        }
        Delivery delivery = deliveries.find(id);
        Turn turn = delivery == null ? turns.findOpen(id) : delivery.turn();
        if (turn != null && turn.delivery() == delivery) {
            turn.stop(ErrorCode.CANCELLED, CANCELLED_BY_HOST);
        }
    }
}
