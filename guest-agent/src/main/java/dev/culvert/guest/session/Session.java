package dev.culvert.guest.session;

import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.guest.config.HeldSettings;
import dev.culvert.guest.desired.InvalidPayloadException;
import dev.culvert.guest.desired.JsonObject;
import dev.culvert.guest.desired.StateKeeper;
import dev.culvert.guest.runtime.GenerationRequest;
import dev.culvert.guest.turn.Fingerprint;
import dev.culvert.guest.turn.Payloads;
import dev.culvert.guest.turn.Reader;
import dev.culvert.guest.turn.Turn;
import dev.culvert.guest.turn.Turns;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.Quoted;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What comes over one connection from the host, and which turns it reads. Confined to the event
 * loop.
 */
public final class Session {
    /** What is done here beyond the base protocol (compatibility.md). */
    public static final List<String> FEATURES = List.of("credit", "cancel", "resume");

    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    /** The host does not say why it cancels: these are its reasons. */
    private static final String CANCELLED_BY_HOST =
            "the host stopped the turn: it was deleted, or its client was away for longer than"
                    + " turns.resume_grace of culvertd, did not read, or the host shut down";

    private static final String LOG_IS_GONE =
            "what the turn said is no longer kept that far back: see --turn-log-ttl,"
                    + " --turn-log-bytes, --turn-logs-bytes and --max-ended-turns of the agent";

    /** When a turn may have ended, for all that is known: turns take seconds. */
    private static final int RETRY_AFTER_SECONDS = 1;

    private final Agent agent;
    private final Turns turns;
    private final Payloads payloads;
    private final Replies replies;
    private final Map<String, Reader> readers = new HashMap<>();

    /** Those that can be sent something: one chunk each, and then again, while the host reads. */
    private final Queue<Reader> ready = new ArrayDeque<>();

    private long ignoredFrames;

    public Session(Agent agent, Replies replies) {
        this.agent = agent;
        turns = agent.turns();
        payloads = agent.payloads();
        this.replies = replies;
    }

    /** Borrows {@code frame}. */
    public void receive(Frame frame) {
        switch (frame.type()) {
            case PING -> onPing(frame);
            case MESSAGE -> withId(frame, this::onMessage);
            case RESUME -> withId(frame, this::onResume);
            case CONFIG_UPDATE ->
                    withId(frame, it -> agent.configure(it.payload(), acknowledge(it.id())));
            case CONTEXT_UPDATE ->
                    withId(frame, it -> agent.addContext(it.payload(), acknowledge(it.id())));
            case CREDIT -> onCredit(frame);
            case CANCEL -> onCancel(frame.id());
            case HEARTBEAT, CHUNK, CONFIG_ACK, TOOL_BLOCKED, PONG, ERROR, UNKNOWN -> {
                ignoredFrames++;
                LOG.debug(
                        "ignored '{}' of id '{}'",
                        frame.type().wireName(),
                        Quoted.word(frame.id()));
            }
        }
    }

    /** The host reads again. */
    public void onWritable() {
        sendReady();
    }

    /** Nobody can be answered here any more: its turns go on without a reader for a while. */
    public void onClosed() {
        List<Reader> left = List.copyOf(readers.values());
        readers.clear();
        for (Reader reader : left) {
            reader.turn().leave(reader);
        }
        if (!left.isEmpty()) {
            LOG.info(
                    "{} turns lost their link; they wait {} s for another",
                    left.size(),
                    turns.limits().orphanGrace().toSeconds());
        }
    }

    /** Frames of types that this guest does not know, or that only a guest sends. */
    public long ignoredFrames() {
        return ignoredFrames;
    }

    private void onPing(Frame frame) {
        if (frame.id().isEmpty()) {
            sendError("", ErrorCode.INVALID_MESSAGE, "'ping' needs an id");
        } else {
            send(new Frame(FrameType.PONG, frame.id(), payloads.empty()));
        }
    }

    private interface Request {
        void handle(Frame frame) throws InvalidPayloadException;
    }

    private void withId(Frame frame, Request request) {
        if (frame.id().isEmpty() || !frame.payload().isReadable()) {
            String missing = frame.id().isEmpty() ? "an id" : "a payload";
            sendError(
                    frame.id(),
                    ErrorCode.INVALID_MESSAGE,
                    "'" + frame.type().wireName() + "' needs " + missing);
            return;
        }
        try {
            request.handle(frame);
        } catch (InvalidPayloadException e) {
            sendError(frame.id(), ErrorCode.INVALID_PAYLOAD, e.getMessage());
        }
    }

    private void onMessage(Frame frame) throws InvalidPayloadException {
        String id = frame.id();
        long asked = Fingerprint.of(frame.payload());
        Turn known = turns.find(id);
        if (known == null) {
            startTurn(frame, asked);
        } else if (known.answers(asked)) {
            read(known, 0, frame.credit());
        } else {
            sendError(
                    id,
                    ErrorCode.ID_REUSED,
                    "the turn of this id was started with another payload");
            known.settle();
        }
    }

    private void startTurn(Frame frame, long asked) throws InvalidPayloadException {
        String id = frame.id();
        if (turns.hasEnded(id)) {
            sendError(id, ErrorCode.LOG_TRUNCATED, LOG_IS_GONE);
        } else if (agent.isDraining()) {
            sendError(id, ErrorCode.DRAINING, "the agent is shutting down and takes no new turns");
        } else if (turns.count() >= turns.limits().maxTurns()) {
            overloaded(
                    id,
                    "the agent runs "
                            + turns.count()
                            + " turns, the most it may (--max-turns): try again when one has"
                            + " ended");
        } else if (!turns.hasRoomFor(frame.payload().readableBytes())) {
            overloaded(
                    id,
                    "the agent holds "
                            + turns.requestBytes()
                            + " bytes of requests that its runtime has not begun to answer, and"
                            + " this one would be too many ("
                            + HeldSettings.REQUESTS_FLAG
                            + "): try again when they are answered");
        } else {
            GenerationRequest request = agent.request(frame);
            Turn turn = turns.begin(id, asked, agent.config().tools());
            read(turn, 0, frame.credit());
            turn.start(agent.runtime(), request);
        }
    }

    private void overloaded(String id, String message) {
        send(
                new Frame(
                        FrameType.ERROR,
                        id,
                        payloads.refusal(ErrorCode.OVERLOADED, message, RETRY_AFTER_SECONDS)));
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

    /** Reads a turn that was found, or settles it again. */
    private void read(Turn turn, long after, long credit) {
        ErrorCode refusal = turn.refusal(after);
        if (refusal != null) {
            refuse(turn.id(), refusal);
            turn.settle();
            return;
        }
        Reader before = turn.reader();
        Reader reader = turn.readBy(this, after, credit);
        readers.put(turn.id(), reader);
        if (before != null && before.session() != this) {
            before.session()
                    .dismiss(before, ErrorCode.TAKEN_OVER, "the turn is read on another link");
        }
        offer(reader);
    }

    private void refuse(String id, ErrorCode code) {
        sendError(
                id,
                code,
                code == ErrorCode.UNKNOWN_TURN
                        ? "there is no such turn, or it has not come so far"
                        : LOG_IS_GONE);
    }

    /** What is wrong with it ends the turn; without an exchange that it is for there is none. */
    private void onCredit(Frame frame) {
        Reader reader = readers.get(frame.id());
        if (reader == null || !reader.isLimited()) {
            return;
        }
        try {
            if (!frame.payload().isReadable()) {
                throw new InvalidPayloadException("'credit' needs a payload");
            }
            reader.grant(JsonObject.readSmall("the payload", frame.payload()).integer("bytes", 1));
        } catch (InvalidPayloadException e) {
            reader.turn().stop(ErrorCode.INVALID_PAYLOAD, e.getMessage());
        }
    }

    /** A turn that has ended needs no cancelling: the last word on it is on its way. */
    private void onCancel(String id) {
        Reader reader = readers.get(id);
        Turn turn = reader == null ? turns.findOpen(id) : reader.turn();
        if (turn != null && turn.reader() == reader) {
            turn.stop(ErrorCode.CANCELLED, CANCELLED_BY_HOST);
        }
    }

    /** Ends an exchange, and not its turn, by an error without a number. */
    public void dismiss(Reader reader, ErrorCode code, String message) {
        sendError(reader.turn().id(), code, message);
        forget(reader);
    }

    /** It needs nothing more. */
    public void forget(Reader reader) {
        readers.remove(reader.turn().id(), reader);
    }

    /** It may have something to send, which goes out when its turn has come. */
    public void offer(Reader reader) {
        if (!reader.queued && reader.canSend()) {
            reader.queued = true;
            ready.add(reader);
        }
        sendReady();
    }

    private void sendReady() {
        while (replies.isWritable()) {
            Reader reader = ready.poll();
            if (reader == null) {
                return;
            }
            if (reader.canSend()) {
                reader.sendNext();
            }
            reader.queued = reader.canSend();
            if (reader.queued) {
                ready.add(reader);
            }
        }
    }

    private StateKeeper.Kept acknowledge(String id) {
        return failure -> {
            if (failure == null) {
                send(new Frame(FrameType.CONFIG_ACK, id, payloads.applied()));
            } else {
                String why = FileTrouble.of(failure);
                LOG.error(
                        "the state was not kept, and is lost at a restart: {}; mend the directory --state-dir",
                        why);
                sendError(
                        id,
                        ErrorCode.INTERNAL,
                        "it is in force, but was not kept and will be lost at a restart: " + why);
            }
        };
    }

    /** Takes ownership of {@code frame}. */
    public void send(Frame frame) {
        replies.send(frame);
    }

    private void sendError(String id, ErrorCode code, String message) {
        send(new Frame(FrameType.ERROR, id, payloads.error(code, message)));
    }
}
