package dev.culvert.guest.session;

import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.guest.runtime.GenerationRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What comes over one connection from the host. Confined to the event loop. */
public final class Session {
    /** What is done here beyond the base protocol (compatibility.md). */
    public static final List<String> FEATURES = List.of("cancel");

    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    private final Agent agent;
    private final Replies replies;
    private final ByteBufAllocator buffers;
    private final Payloads payloads;
    private final Map<String, Turn> turns = new HashMap<>();
    private long ignoredFrames;

    public Session(Agent agent, Replies replies, ByteBufAllocator buffers) {
        this.agent = agent;
        this.replies = replies;
        this.buffers = buffers;
        payloads = new Payloads(buffers);
    }

    /** Borrows {@code frame}. */
    public void receive(Frame frame) {
        switch (frame.type()) {
            case PING -> replies.send(new Frame(FrameType.PONG, frame.id(), payloads.empty()));
            case MESSAGE -> withId(frame, this::startTurn);
            case CONFIG_UPDATE ->
                    withId(frame, it -> agent.configure(it.payload(), acknowledge(it.id())));
            case CONTEXT_UPDATE ->
                    withId(frame, it -> agent.addContext(it.payload(), acknowledge(it.id())));
            case CANCEL -> cancel(frame.id());
            case CREDIT,
                    RESUME,
                    HEARTBEAT,
                    CHUNK,
                    CONFIG_ACK,
                    TOOL_BLOCKED,
                    PONG,
                    ERROR,
                    UNKNOWN -> {
                ignoredFrames++;
                LOG.debug("ignored {}", frame);
            }
        }
    }

    /** The host reads again. */
    public void onWritable() {
        for (Turn turn : List.copyOf(turns.values())) {
            turn.onWritable();
        }
    }

    /** Nobody can be answered any more: what runs for this host is stopped. */
    public void onClosed() {
        List.copyOf(turns.values()).forEach(Turn::abandon);
    }

    /** Frames of types that this guest does not know, or that only a guest sends. */
    public long ignoredFrames() {
        return ignoredFrames;
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

    private void startTurn(Frame frame) throws InvalidPayloadException {
        String id = frame.id();
        if (turns.containsKey(id)) {
            replies.close("the host used id '" + id + "' twice at once");
            return;
        }
        if (agent.isDraining()) {
            sendError(id, ErrorCode.DRAINING, "the agent is shutting down and takes no new turns");
            return;
        }
        String overload = agent.overload();
        if (overload != null) {
            sendError(id, ErrorCode.OVERLOADED, overload);
            return;
        }
        GenerationRequest request = agent.request(buffers, frame.payload(), frame.traceparent());
        Turn turn = new Turn(id, replies, payloads, agent.config().tools(), () -> ended(id));
        turns.put(id, turn);
        agent.turnBegan();
        turn.start(agent.runtime(), request);
    }

    /** A turn that has ended needs no cancelling: the last word on it is on its way. */
    private void cancel(String id) {
        Turn turn = turns.get(id);
        if (turn != null) {
            turn.cancel();
        }
    }

    private void ended(String id) {
        turns.remove(id);
        agent.turnEnded();
    }

    private StateKeeper.Kept acknowledge(String id) {
        return failure -> {
            if (failure == null) {
                replies.send(new Frame(FrameType.CONFIG_ACK, id, payloads.applied()));
            } else {
                LOG.error("the state was not kept", failure);
                sendError(
                        id,
                        ErrorCode.INTERNAL,
                        "it is in force, but was not kept and will be lost at a restart: "
                                + failure.getMessage());
            }
        };
    }

    private void sendError(String id, ErrorCode code, String message) {
        ByteBuf payload = payloads.error(code, message);
        replies.send(new Frame(FrameType.ERROR, id, payload));
    }
}
