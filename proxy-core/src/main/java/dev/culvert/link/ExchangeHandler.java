package dev.culvert.link;

import dev.culvert.frame.BadFrameException;
import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.io.Quoted;
import dev.culvert.link.ReplyReader.Failed;
import dev.culvert.link.ReplyReader.Going;
import dev.culvert.link.ReplyReader.Misfit;
import dev.culvert.link.ReplyReader.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ties replies to requests and ends every exchange exactly once. Confined to the event loop. */
final class ExchangeHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ExchangeHandler.class);
    private static final Failure LISTENER_FAILED =
            new Failure.AgentError(
                    ErrorCode.INTERNAL.wireName(),
                    "this side failed over what the agent sent: its log says more");

    private static final byte[] EMPTY_OBJECT = "{}".getBytes(StandardCharsets.US_ASCII);

    private final AgentLink link;
    private final Channel channel;
    private final LinkLimits limits;
    private final LinkObserver observer;
    private final Deadlines deadlines;
    private final Map<String, Exchange> inFlight = new HashMap<>();
    private final EndedIds ended = new EndedIds();
    private final SilenceWatch silence;
    private final Peer peer;
    private final PeerLog log;
    private final Complaints complaints;
    private @Nullable String closeReason;

    ExchangeHandler(
            AgentLink link,
            Channel channel,
            LinkLimits limits,
            LinkObserver observer,
            Deadlines deadlines) {
        this.link = link;
        this.channel = channel;
        this.limits = limits;
        this.observer = observer;
        this.deadlines = deadlines;
        silence = new SilenceWatch(this, channel.eventLoop(), limits);
        peer = new Peer(link);
        log = new PeerLog(link, channel.eventLoop(), observer);
        complaints = new Complaints(channel.eventLoop(), limits, observer, log);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        observer.onLinkOpened(link);
    }

    Exchange resume(String id, long after, long credit, ReplyListener listener, Patience patience) {
        ByteBuf payload = channel.alloc().ioBuffer(32);
        ByteBufUtil.writeAscii(payload, "{\"after\":" + after + "}");
        Frame request = new Frame(FrameType.RESUME, id, payload).withCredit(credit);
        return open(request, listener, patience, after);
    }

    /** Takes ownership of {@code request}. */
    Exchange open(Frame request, ReplyListener listener, Patience patience) {
        return open(request, listener, patience, 0);
    }

    private Exchange open(Frame request, ReplyListener listener, Patience patience, long after) {
        Exchange exchange = new Exchange(this, request, listener, patience, after, deadlines.now());
        if (!limits.frames().isRequestId(exchange.id())) {
            request.release();
            throw new IllegalArgumentException(
                    "no peer would accept the id '" + Quoted.word(exchange.id()) + "'");
        }
        Failure refusal = refusal(request);
        observer.onExchangeStarted(exchange.request());
        if (refusal == null) {
            inFlight.put(exchange.id(), exchange);
            deadlines.add(exchange);
            send(request);
            silence.begin();
        } else {
            request.release();
            exchange.markEnded();
            observer.onExchangeEnded(exchange.request(), Outcome.of(refusal));
            tell(exchange, () -> exchange.listener().onFailure(refusal));
        }
        return exchange;
    }

    private @Nullable Failure refusal(Frame request) {
        if (!channel.isWritable()) {
            channel.flush(); // which may be what finds out that the agent is gone
        }
        if (!channel.isActive()) {
            return new Failure.LinkLost(reason());
        }
        if (inFlight.size() >= limits.maxInFlight()) {
            return new Failure.Overloaded(
                    "the link to the agent carries "
                            + limits.maxInFlight()
                            + " exchanges already, the most it may (max_in_flight)");
        }
        if (inFlight.containsKey(request.id())) {
            return new Failure.Overloaded(
                    "an exchange of the same id has not ended yet on this link to the agent");
        }
        int bytes = request.payload().readableBytes();
        if (bytes > limits.frames().payloadBytes()) {
            return new Failure.TooLarge(bytes, limits.frames().payloadBytes());
        }
        if (!channel.isWritable()) {
            return new Failure.Overloaded(
                    "the agent does not read: over "
                            + limits.maxUnsentBytes()
                            + " bytes wait for it (max_unsent_bytes)");
        }
        return null;
    }

    private void send(Frame frame) {
        observer.onFrameSent(frame.type(), frame.payload().readableBytes());
        channel.write(frame, channel.voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Frame frame = (Frame) message;
        try {
            if (closeReason == null) {
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
            case HEARTBEAT -> receiveHeartbeat(frame);
            case CHUNK, CONFIG_ACK, TOOL_BLOCKED, PONG, ERROR -> receiveReply(frame);
            case MESSAGE, CONTEXT_UPDATE, CONFIG_UPDATE, PING, CREDIT, CANCEL, RESUME, UNKNOWN -> {
                // Not for this side to answer; the observer has counted it.
            }
        }
    }

    private void receiveHeartbeat(Frame frame) {
        try {
            observer.onHeartbeat(link, peer.hear(frame.payload()));
        } catch (IOException e) {
            complain(() -> "sent a heartbeat that cannot be read: " + Quoted.message(e));
            return;
        }
        peer.tell();
        for (Exchange exchange : List.copyOf(inFlight.values())) {
            grant(exchange);
        }
    }

    private void receiveReply(Frame reply) {
        Exchange exchange = inFlight.get(reply.id());
        if (exchange == null) {
            receiveStray(reply);
            return;
        }
        exchange.heardAt(deadlines.now());
        Verdict verdict = ReplyReader.read(exchange.request(), reply);
        if (reply.seq() > 0 && reply.seq() != exchange.lastSeq() + 1) {
            boolean again = reply.seq() <= exchange.lastSeq();
            if (!again || verdict == Going.ON) {
                observer.onLateReply(reply.type()); // of an earlier reading of the turn
                return;
            }
        } else {
            exchange.took(reply);
        }
        if (verdict == Going.ON) { // by far the most
            tellReply(exchange, reply);
            return;
        }
        switch (verdict) {
            case Going.ON -> {}
            case Going.DONE -> {
                tellReply(exchange, reply);
                if (exchange.isOpen()) {
                    end(exchange, Outcome.DONE);
                    ended.addAnswered(exchange.id());
                    tellDone(exchange);
                }
            }
            case Failed(Failure failure) -> {
                ended.addAnswered(exchange.id());
                fail(exchange, failure);
            }
            case Misfit(Failure failure) -> abandon(exchange, failure);
        }
    }

    private void receiveStray(Frame reply) {
        if (SilenceWatch.isAnswer(reply)) {
            return;
        }
        if (ended.contains(reply.id())) {
            observer.onLateReply(reply.type());
            if (ReplyReader.isLast(reply)) {
                ended.settle(reply.id());
            }
        } else if (reply.type() == FrameType.ERROR && reply.id().isEmpty()) {
            complain(() -> "complains about the link: " + ReplyReader.complaint(reply));
        } else {
            close(
                    "the agent sent a '"
                            + reply.type().wireName()
                            + "' for the id '"
                            + Quoted.word(reply.id())
                            + "', which was never issued on this link");
            LOG.warn("{} closed: {}", link, reason());
        }
    }

    private void complain(Supplier<String> line) {
        String reason = complaints.add(line);
        if (reason != null) {
            LOG.warn("{} closed: {}", link, reason);
            close(reason);
        }
    }

    private void tellReply(Exchange exchange, Frame reply) {
        try {
            exchange.listener().onReply(reply);
        } catch (Throwable e) { // as tell, without an object for each reply
            listenerFailed(exchange, e);
        }
    }

    private void tellDone(Exchange exchange) {
        try {
            exchange.listener().onDone();
        } catch (Throwable e) {
            listenerFailed(exchange, e);
        }
    }

    /** What a listener throws ends its own exchange and nobody else's. */
    private void tell(Exchange exchange, Runnable word) {
        try {
            word.run();
        } catch (Throwable e) { // an Error too: Netty throws one where direct memory runs out
            listenerFailed(exchange, e);
        }
    }

    private void listenerFailed(Exchange exchange, Throwable cause) {
        log.error(
                () -> "the listener of exchange '" + Quoted.word(exchange.id()) + "' failed",
                cause);
        if (exchange.isOpen()) {
            abandon(exchange, LISTENER_FAILED);
        }
    }

    /** Ends it before the agent does: what still comes for it will be late. */
    void abandon(Exchange exchange, @Nullable Failure failure) {
        ended.addAbandoned(exchange.id());
        end(exchange, failure == null ? Outcome.CANCELLED : Outcome.of(failure));
        if (exchange.request() == FrameType.MESSAGE || exchange.request() == FrameType.RESUME) {
            sendCancel(exchange.id());
        }
        if (failure != null) {
            tell(exchange, () -> exchange.listener().onFailure(failure));
        }
    }

    void detach(Exchange exchange) {
        ended.addAbandoned(exchange.id());
        end(exchange, Outcome.DETACHED);
    }

    boolean isFree(String id) {
        return !inFlight.containsKey(id) && !ended.isAbandoned(id);
    }

    boolean sendCancel(String id) {
        boolean understood = channel.isActive() && link.can(Feature.CANCEL);
        if (understood) {
            send(Frame.bare(FrameType.CANCEL, id));
        }
        return understood;
    }

    void sendPing(String id) {
        send(new Frame(FrameType.PING, id, Unpooled.wrappedBuffer(EMPTY_OBJECT)));
    }

    void grant(Exchange exchange) {
        if (exchange.hasUngranted() && channel.isActive() && link.can(Feature.CREDIT)) {
            ByteBuf payload = channel.alloc().ioBuffer(32);
            ByteBufUtil.writeAscii(payload, "{\"bytes\":" + exchange.takeUngranted() + "}");
            send(new Frame(FrameType.CREDIT, exchange.id(), payload));
        }
    }

    boolean isHeldBack(Exchange exchange) {
        return exchange.isOutOfCredit() && link.can(Feature.CREDIT);
    }

    /** Its time begins anew. */
    void waitOn(Exchange exchange) {
        exchange.heardAt(deadlines.now());
        deadlines.remove(exchange);
        deadlines.add(exchange);
    }

    private void fail(Exchange exchange, Failure failure) {
        end(exchange, Outcome.of(failure));
        tell(exchange, () -> exchange.listener().onFailure(failure));
    }

    private void end(Exchange exchange, Outcome outcome) {
        exchange.markEnded();
        inFlight.remove(exchange.id());
        deadlines.remove(exchange);
        observer.onExchangeEnded(exchange.request(), outcome);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (closeReason != null || cause instanceof ClosedChannelException) {
            return; // what was not sent before the link closed says nothing new, each time
        }
        switch (cause) {
            case BadFrameException bad ->
                    LOG.warn("{} closed: bad frame: {}", link, bad.getMessage());
            case IOException _ -> LOG.debug("{} closed", link, cause);
            case OutOfMemoryError _ -> LOG.error("{} closed: {}", link, cause.getMessage());
            default -> LOG.error("{} closed", link, cause);
        }
        close(Quoted.message(cause));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        for (Exchange exchange : List.copyOf(inFlight.values())) {
            if (exchange.isOpen()) {
                fail(exchange, lost());
            }
        }
        silence.end();
        complaints.end();
        log.end();
        peer.runWhenAnnounced();
        observer.onLinkClosed(link, reason());
    }

    /** An agent that never said a word was not reached, although something took the connection. */
    private Failure lost() {
        return silence.heardNobody()
                ? new Failure.Unreachable(reason())
                : new Failure.LinkLost(reason());
    }

    void close(String reason) {
        if (closeReason == null) {
            closeReason = reason;
        }
        channel.close();
    }

    String reason() {
        return closeReason == null ? "the agent closed the connection" : closeReason;
    }

    AgentLink link() {
        return link;
    }

    Peer peer() {
        return peer;
    }

    int inFlight() {
        return inFlight.size();
    }
}
