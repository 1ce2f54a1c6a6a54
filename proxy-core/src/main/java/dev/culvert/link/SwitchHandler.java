package dev.culvert.link;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Passes each reply that comes on a trunk to the branch that sent its request, and everything else
 * to the trunk's own link. Confined to the trunk's event loop.
 */
/* A turn has one reader on a link (resuming.md). Where links of two loops ask for the same turn, the
 * later one reads it, and the earlier one is told what the agent would tell it on a connection of its
 * own: that the turn was taken over. */
final class SwitchHandler extends ChannelDuplexHandler {
    /** Far more than a link has exchanges; what is forgotten then has been silent for long. */
    private static final int MOST_IDS = 16_384;

    private static final byte[] TAKEN_OVER =
            "{\"code\":\"%s\",\"message\":\"the turn is read on another event loop\"}"
                    .formatted(ErrorCode.TAKEN_OVER.wireName())
                    .getBytes(US_ASCII);

    private final Trunk trunk;
    private final AgentLink main;
    private final LinkObserver observer;
    private final Map<String, Branch> owners = new LinkedHashMap<>();
    private final EndedIds ended = new EndedIds();
    private final List<Branch> touched = new ArrayList<>();
    private @Nullable ChannelHandlerContext context;

    /**
     * @param main the trunk's own link
     */
    SwitchHandler(Trunk trunk, AgentLink main, LinkObserver observer) {
        this.trunk = trunk;
        this.main = main;
        this.observer = observer;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelRead(ChannelHandlerContext here, Object message) {
        Frame frame = (Frame) message;
        switch (frame.type()) {
            case HEARTBEAT -> {
                here.fireChannelRead(frame);
                trunk.announce(main);
            }
            case CHUNK,
                    TOOL_CALL,
                    TOOL_OUTPUT,
                    TOOL_RESULT,
                    APPROVAL,
                    CONFIG_ACK,
                    TOOL_BLOCKED,
                    PONG,
                    QUIESCED,
                    ERROR,
                    REPLY,
                    TUNNELLED,
                    CREDIT ->
                    route(here, frame);
            case PUBLISH, REQUEST, SUBSCRIBE, UNSUBSCRIBE, APPROVE, CLAIM, WITHDRAW, TUNNEL ->
                    serve(here, frame);
            case MESSAGE,
                    CONTEXT_UPDATE,
                    CONFIG_UPDATE,
                    PING,
                    CANCEL,
                    RESUME,
                    PARTS,
                    PART,
                    QUIESCE,
                    CHALLENGE,
                    REGISTERED,
                    REFUSED,
                    APPROVED,
                    CLAIMED,
                    HELLO,
                    REGISTER,
                    PROVE,
                    MISSED,
                    UNKNOWN ->
                    here.fireChannelRead(frame);
        }
    }

    /** To the link that serves what the agent asks for: the home link, on whichever loop it is. */
    private void serve(ChannelHandlerContext here, Frame frame) {
        Branch server = main.isServed() ? null : trunk.server();
        if (server == null) {
            here.fireChannelRead(frame);
        } else {
            main.handler().countUnasked(frame);
            pass(server, frame);
        }
    }

    private void route(ChannelHandlerContext here, Frame frame) {
        Branch owner = owners.get(frame.id());
        if (owner != null) {
            pass(owner, frame);
        } else if (SilenceWatch.isAnswer(frame)) {
            trunk.branches().forEach(branch -> pass(branch, frame.retain()));
            here.fireChannelRead(frame);
        } else if (!main.exchanges().isOpen(frame.id()) && ended.drop(frame, observer)) {
            frame.release();
        } else {
            here.fireChannelRead(frame);
        }
    }

    /** Takes ownership of {@code frame}. */
    private void pass(Branch branch, Frame frame) {
        trunk.passes(frame.payload().readableBytes());
        branch.add(frame);
        if (!touched.contains(branch)) {
            touched.add(branch);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext here) {
        deliver();
        here.fireChannelReadComplete();
    }

    private void deliver() {
        touched.forEach(Branch::deliver);
        touched.clear();
    }

    /** Sends frames of a branch. Takes ownership of them. */
    void send(Branch from, List<Frame> frames) {
        ChannelHandlerContext here = context;
        if (here == null || here.isRemoved()) {
            frames.forEach(Frame::release);
            return;
        }
        for (Frame frame : frames) {
            if (admits(here, from, frame)) {
                here.write(frame, here.voidPromise());
            } else {
                frame.release();
            }
        }
        deliver();
    }

    /** Whether a frame of this branch concerns the agent; a request makes the branch its owner. */
    private boolean admits(ChannelHandlerContext here, Branch from, Frame frame) {
        if (isAnswer(frame.type())) {
            return true; // its id is one of the agent's
        }
        String id = frame.id();
        Branch owner = owners.get(id);
        if (isAboutATurn(frame.type())) {
            return owner == null ? !main.exchanges().isOpen(id) : owner == from;
        }
        if (id.equals(SilenceWatch.PING_ID)) {
            return true;
        }
        if (owner != null && owner != from) {
            pass(owner, takenOver(id));
        } else if (owner == null && main.exchanges().isOpen(id)) {
            here.fireChannelRead(takenOver(id));
        }
        owners.put(id, from);
        forgetSome();
        return true;
    }

    private void forgetSome() {
        if (owners.size() > MOST_IDS) {
            Iterator<String> oldest = owners.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    /** What the trunk's own link sends. */
    @Override
    public void write(ChannelHandlerContext here, Object message, ChannelPromise promise) {
        if (message instanceof Frame frame && !owners.isEmpty() && !isAnswer(frame.type())) {
            Branch owner = owners.get(frame.id());
            if (owner != null && isAboutATurn(frame.type())) {
                frame.release();
                if (!promise.isVoid()) {
                    promise.setSuccess();
                }
                return;
            } else if (owner != null) {
                owners.remove(frame.id());
                pass(owner, takenOver(frame.id()));
                deliver();
            }
        }
        here.write(message, promise);
    }

    /** Frames that concern a turn which the sender must read; all others are requests. */
    private static boolean isAboutATurn(FrameType type) {
        return type == FrameType.CREDIT || type == FrameType.CANCEL || type == FrameType.PART;
    }

    /** Frames that answer what the agent asks or follows; it chose their ids. */
    private static boolean isAnswer(FrameType type) {
        return switch (type) {
            case REPLY, ERROR, PUBLISH, MISSED, TUNNELLED -> true;
            default -> false;
        };
    }

    private static Frame takenOver(String id) {
        ByteBuf payload = Unpooled.wrappedBuffer(TAKEN_OVER);
        return new Frame(FrameType.ERROR, id, payload);
    }

    /** The exchanges of these ids have ended on the branch. */
    void settle(Branch branch, List<String> ids) {
        for (String id : ids) {
            if (owners.remove(id, branch)) {
                ended.addAnswered(id);
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext here) {
        here.fireChannelWritabilityChanged();
        if (here.channel().isWritable()) {
            trunk.branches().forEach(Branch::flush);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext here) {
        deliver();
        here.fireChannelInactive();
        trunk.lost();
    }
}
