package dev.culvert.link;

import dev.culvert.frame.BadFrameException;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.io.Quoted;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last handler of a link: passes each frame to the room of the link that it concerns, and
 * closes the link over whatever makes no sense. Confined to the event loop.
 */
final class LinkHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(LinkHandler.class);

    private final AgentLink link;
    private final Exchanges exchanges;
    private final Peer peer;
    private final SilenceWatch silence;
    private final Complaints complaints;
    private final Unasked unasked;
    private final LinkObserver observer;

    LinkHandler(
            AgentLink link,
            SilenceWatch silence,
            Complaints complaints,
            Unasked unasked,
            LinkObserver observer) {
        this.link = link;
        exchanges = link.exchanges();
        peer = link.peer();
        this.silence = silence;
        this.complaints = complaints;
        this.unasked = unasked;
        this.observer = observer;
    }

    AgentLink link() {
        return link;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        observer.onLinkOpened(link);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Frame frame = (Frame) message;
        try {
            if (!link.isClosing()) {
                receive(frame);
            }
        } finally {
            frame.release();
        }
    }

    private void receive(Frame frame) {
        observer.onFrameReceived(frame.type(), frame.payload().readableBytes());
        silence.onFrame();
        switch (frame.type()) {
            case HEARTBEAT -> {
                unasked.came(frame.payload().readableBytes());
                receiveHeartbeat(frame);
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
                    TUNNELLED,
                    REPLY -> {
                if (!exchanges.route(frame)) {
                    receiveStray(frame);
                }
            }
            case CREDIT -> {
                if (!exchanges.grant(frame)) {
                    unasked.came(frame.payload().readableBytes());
                }
            }
            case PUBLISH, REQUEST, SUBSCRIBE, UNSUBSCRIBE, APPROVE, CLAIM, WITHDRAW, TUNNEL -> {
                unasked.came(frame.payload().readableBytes());
                link.serve(frame);
            }
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
                    UNKNOWN -> {
                // An exchange that no agent may open, whatever its id. What belongs to a handshake
                // does not come so far (joining.md).
                unasked.came(frame.payload().readableBytes());
            }
        }
    }

    /** The same limit holds for what a trunk passes to a branch. */
    void countUnasked(Frame frame) {
        unasked.came(frame.payload().readableBytes());
    }

    private void receiveHeartbeat(Frame frame) {
        try {
            observer.onHeartbeat(link, peer.hear(frame.payload()));
        } catch (IOException e) {
            complain(() -> "sent a heartbeat that cannot be read: " + Quoted.message(e));
            return;
        }
        peer.tell();
        exchanges.grantAll();
    }

    /** A reply to nothing. */
    private void receiveStray(Frame reply) {
        if (SilenceWatch.isAnswer(reply)) {
            return;
        }
        if (reply.type() == FrameType.ERROR && reply.id().isEmpty()) {
            complain(() -> "complains about the link: " + ReplyReader.complaint(reply));
            return;
        }
        link.close(
                "the agent sent a '"
                        + reply.type().wireName()
                        + "' for the id '"
                        + Quoted.word(reply.id())
                        + "', which was never issued on this link");
        LOG.warn("{} closed: {}", link, link.closeReason());
    }

    private void complain(Supplier<String> line) {
        String reason = complaints.add(line);
        if (reason != null) {
            LOG.warn("{} closed: {}", link, reason);
            link.close(reason);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (link.isClosing() || cause instanceof ClosedChannelException) {
            return; // each write that the close cut off fails with one, which tells nothing new
        }
        switch (cause) {
            case BadFrameException bad ->
                    LOG.warn("{} closed: bad frame: {}", link, bad.getMessage());
            case IOException _, DecoderException _ -> LOG.debug("{} closed", link, cause);
            case OutOfMemoryError _ -> LOG.error("{} closed: {}", link, cause.getMessage());
            default -> LOG.error("{} closed", link, cause);
        }
        link.close(Quoted.message(cause));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        exchanges.failAll(lost());
        silence.end();
        complaints.end();
        link.log().end();
        peer.runWhenAnnounced();
        observer.onLinkClosed(link, link.closeReason());
    }

    /** An agent that never sent anything was not reached, although something accepted. */
    private Failure lost() {
        String reason = link.closeReason();
        return silence.heardNobody()
                ? new Failure.Unreachable(reason)
                : new Failure.LinkLost(reason);
    }
}
