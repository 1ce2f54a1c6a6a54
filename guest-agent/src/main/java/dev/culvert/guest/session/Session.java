package dev.culvert.guest.session;

import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.guest.desired.AgentConfig;
import dev.culvert.guest.desired.DesiredState;
import dev.culvert.guest.desired.InvalidPayloadException;
import dev.culvert.guest.desired.JsonObject;
import dev.culvert.guest.desired.StateKeeper;
import dev.culvert.guest.runtime.LlmRuntime;
import dev.culvert.guest.subjects.HostSubjects;
import dev.culvert.guest.subjects.Subjects;
import dev.culvert.guest.tools.Offer;
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
import dev.culvert.io.FileTrouble;
import dev.culvert.io.Quoted;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles the requests that come over one link: each becomes a turn, a change of the desired state,
 * or an error. Confined to the event loop.
 */
/* A little over 300 lines, because it is the one place that shows where each type of frame goes. */
public final class Session {
    /** What this guest can do beyond the base protocol (compatibility.md). */
    public static final List<String> FEATURES =
            List.of("credit", "cancel", "resume", "probe", "parts", "subjects", "quiesce");

    /** The feature of a guest that has tools of its own (tools.md). */
    public static final String TOOLS = "tools";

    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    /** The host does not say why it cancels; these are its reasons. */
    private static final String CANCELLED_BY_HOST =
            "the host stopped the turn: it was deleted, its client was away for longer than"
                    + " turns.resume_grace of culvertd or did not read, or the host shut down";

    private static final String LOG_IS_GONE =
            "the log of the turn no longer goes back that far: see --turn-log-ttl,"
                    + " --turn-log-bytes, --turn-logs-bytes and --max-ended-turns of the agent";

    private final Turns turns;
    private final DesiredState desired;
    private final Payloads payloads;
    private final Replies replies;
    private final Deliveries deliveries;
    private final Pongs pongs;
    private final Admission admission;
    private final PartReceiver parts;
    private final HostSubjects subjects;
    private final Quiescing quiescing;
    private final @Nullable Workshop workshop;
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
        payloads = turns.payloads();
        replies = new Replies(channel, payloads);
        deliveries = new Deliveries(replies);
        pongs = new Pongs(turns, replies);
        admission = new Admission(turns, replies);
        quiescing = new Quiescing(channel.eventLoop(), turns, replies);
        parts = new PartReceiver(channel.eventLoop(), turns, replies, admission, this::onMessage);
    }

    /** Borrows {@code frame}. */
    public void receive(Frame frame) {
        switch (frame.type()) {
            case PING -> onPing(frame);
            case MESSAGE -> withId(frame, it -> onMessage(it, Fingerprint.of(it.payload())));
            case PARTS -> withId(frame, parts::begin);
            case PART -> {
                if (!parts.add(frame)) {
                    ignore(frame);
                }
            }
            case RESUME -> withId(frame, this::onResume);
            case QUIESCE -> withId(frame, quiescing::receive);
            case CONFIG_UPDATE ->
                    withId(frame, it -> desired.configure(it.payload(), acknowledge(it.id())));
            case CONTEXT_UPDATE ->
                    withId(frame, it -> desired.addContext(it.payload(), acknowledge(it.id())));
            case REQUEST -> withId(frame, subjects::onRequest);
            case REPLY -> ignoreUnless(subjects.onReply(frame), frame);
            case ERROR -> ignoreUnless(subjects.onError(frame), frame);
            case PUBLISH -> ignoreUnless(subjects.onMessage(frame), frame);
            case MISSED -> ignoreUnless(subjects.onMissed(frame), frame);
            case CREDIT -> onCredit(frame);
            case CANCEL -> onCancel(frame.id());
            case HEARTBEAT, CHUNK, CONFIG_ACK, TOOL_BLOCKED, PONG, QUIESCED -> ignore(frame);
            case SUBSCRIBE, UNSUBSCRIBE, UNKNOWN -> ignore(frame);
            case TOOL_CALL, TOOL_OUTPUT, TOOL_RESULT -> ignore(frame);
            // On a link that the guest opened, its identity takes those for the guest.
            case CHALLENGE, REGISTERED, REFUSED, HELLO, REGISTER, PROVE -> ignore(frame);
        }
    }

    private void onPing(Frame frame) {
        pongs.answer(frame);
        if (frame.isTrue("subjects")) {
            subjects.onOffered(frame.isTrue("subscriptions"));
        }
        if (frame.isTrue("tools")) {
            turns.onToolsTaken();
        }
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

    private void onMessage(Frame frame, long asked) throws InvalidPayloadException {
        String id = frame.id();
        Turn known = turns.find(id);
        if (known == null) {
            startTurn(frame, asked);
        } else if (known.answers(asked)) {
            read(known, 0, frame.credit());
        } else {
            replies.sendError(
                    id,
                    ErrorCode.ID_REUSED,
                    "the turn of this id was started with another payload");
            known.settle();
        }
    }

    private void startTurn(Frame frame, long asked) throws InvalidPayloadException {
        String id = frame.id();
        if (turns.hasEnded(id)) {
            replies.sendError(id, ErrorCode.LOG_TRUNCATED, LOG_IS_GONE);
        } else if (!admission.refusesTurn(id, frame.payload().readableBytes())) {
            ask(frame, asked, desired.config());
        }
    }

    private void ask(Frame frame, long asked, AgentConfig config) throws InvalidPayloadException {
        RequestWriter writer = RequestWriter.of(frame);
        if (writer.isForAnotherKind(config.runtimeKind())) {
            admission.overloaded(
                    frame.id(),
                    "the message is in Anthropic's form, but the agent's runtime is of the kind "
                            + config.runtimeKind().wireName()
                            + " now: try again");
            return;
        }
        Offer offer = workshop == null ? null : writer.offer(workshop, config, frame.id());
        ByteBuf body = writer.body(config, desired.contexts(), offer);
        Turn turn = turns.begin(frame.id(), asked, config.tools());
        read(turn, 0, frame.credit());
        LlmRuntime runtime = turns.runtime();
        turn.start(
                offer == null ? runtime : offer.over(runtime, writer.isInDialect()),
                body,
                RequestWriter.headers(frame, config),
                config.runtimeKind());
    }

    private void onResume(Frame frame) throws InvalidPayloadException {
        String id = frame.id();
        long after = JsonObject.readSmall("the payload", frame.payload()).integer("after", 0);
        Turn turn = turns.find(id);
        if (turn != null) {
            LOG.debug("turn '{}' is resumed after frame {}", Quoted.word(id), after);
            read(turn, after, frame.credit());
        } else {
            refuse(id, turns.hasEnded(id) ? ErrorCode.LOG_TRUNCATED : ErrorCode.UNKNOWN_TURN);
        }
    }

    /** Sends a turn that was found over this link, or refuses to. */
    private void read(Turn turn, long after, long credit) {
        ErrorCode refusal = turn.refusal(after);
        if (refusal == null) {
            deliveries.begin(turn, after, credit);
        } else {
            refuse(turn.id(), refusal);
            turn.settle();
        }
    }

    private void refuse(String id, ErrorCode code) {
        replies.sendError(
                id,
                code,
                code == ErrorCode.UNKNOWN_TURN
                        ? "the agent has no turn with this id that has come that far"
                        : LOG_IS_GONE);
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

    private StateKeeper.Saved acknowledge(String id) {
        return failure -> {
            if (failure == null) {
                replies.send(
                        new Frame(
                                FrameType.CONFIG_ACK,
                                id,
                                payloads.applied(desired.policyVersion())));
                return;
            }
            String why = FileTrouble.of(failure);
            LOG.error(
                    "cannot save the agent's state: {}. It is in force, but a restart loses it;"
                            + " make the directory --state-dir writable",
                    why);
            replies.sendError(
                    id,
                    ErrorCode.INTERNAL,
                    "it is in force, but could not be saved, so a restart of the agent loses it: "
                            + why);
        };
    }
}
