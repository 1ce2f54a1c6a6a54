package dev.culvert.link;

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
import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The exchanges that this side opened on one link: opens them, routes replies to them and ends each
 * exactly once. Confined to the event loop.
 */
/* Who opened an exchange is part of its key, and the type of a frame tells it: a reply belongs to
 * an exchange of the receiver, anything else to one of the sender. So an id in this map is free for
 * the agent to use for a request of its own, which never gets here. */
final class Exchanges {
    private static final Failure LISTENER_FAILED =
            new Failure.AgentError(
                    ErrorCode.INTERNAL.wireName(),
                    "this side failed to handle what the agent sent: its log says more");

    private final AgentLink link;
    private final Channel channel;
    private final Peer peer;
    private final LinkLimits limits;
    private final LinkObserver observer;
    private final Deadlines deadlines;
    private final Map<String, Exchange> open = new HashMap<>();
    private final EndedIds ended = new EndedIds();
    private final Capacity capacity;
    private final PartSender parts;
    private final Cancels cancels;

    Exchanges(
            AgentLink link,
            Peer peer,
            LinkLimits limits,
            LinkObserver observer,
            Deadlines deadlines) {
        this.link = link;
        channel = link.channel();
        this.peer = peer;
        this.limits = limits;
        this.observer = observer;
        this.deadlines = deadlines;
        capacity = new Capacity(link, peer, limits);
        parts = new PartSender(channel, observer, this::tellSent);
        cancels = new Cancels(channel, peer, ended::isAbandoned, this::send);
    }

    Exchange resume(String id, long after, long credit, ReplyListener listener, Patience patience) {
        ByteBuf payload = channel.alloc().ioBuffer(32);
        ByteBufUtil.writeAscii(payload, "{\"after\":" + after + "}");
        Frame request = new Frame(FrameType.RESUME, id, payload).withCredit(credit);
        return open(request, listener, patience, after);
    }

    /**
     * Takes ownership of {@code request}.
     *
     * @param after the number of the last chunk that the listener has already
     */
    Exchange open(Frame request, ReplyListener listener, Patience patience, long after) {
        Exchange exchange = new Exchange(this, request, listener, patience, after, deadlines.now());
        if (!limits.frames().isRequestId(exchange.id())) {
            request.release();
            throw new IllegalArgumentException(
                    "no peer would accept the id '" + Quoted.word(exchange.id()) + "'");
        }
        Failure refusal = capacity.refusal(request, open.size(), open.containsKey(request.id()));
        observer.onExchangeStarted(exchange.request());
        if (refusal == null) {
            open.put(exchange.id(), exchange);
            deadlines.add(exchange);
            if (capacity.needsParts(request)) {
                parts.begin(exchange, request);
            } else {
                send(request);
            }
        } else {
            request.release();
            exchange.markEnded();
            observer.onExchangeEnded(exchange.request(), Outcome.of(refusal));
            tell(exchange, () -> exchange.listener().onFailure(refusal));
        }
        return exchange;
    }

    void send(Frame frame) {
        send(frame, channel.voidPromise());
    }

    void send(Frame frame, ChannelPromise sent) {
        observer.onFrameSent(frame.type(), frame.payload().readableBytes());
        channel.write(frame, sent);
    }

    /**
     * Hands {@code reply}, which is lent, to the exchange that it belongs to, or counts it as late.
     * False if no exchange with its id was opened lately.
     */
    boolean route(Frame reply) {
        Exchange exchange = open.get(reply.id());
        if (exchange == null) {
            return ended.drop(reply, observer);
        }
        exchange.heardAt(deadlines.now());
        Verdict verdict = ReplyReader.read(exchange.request(), reply);
        if (exchange.isSending() && !(verdict instanceof Failed)) {
            verdict = ReplyReader.EARLY;
        }
        if (reply.seq() > 0 && reply.seq() != exchange.lastSeq() + 1) {
            boolean again = reply.seq() <= exchange.lastSeq();
            if (again && reply.type() == FrameType.APPROVAL && reply.seq() == exchange.lastSeq()) {
                exchange.stillParked();
            } else if (!again || verdict == Going.ON) {
                observer.onLateReply(reply.type()); // for an earlier reader of the turn
                return true;
            }
        } else {
            exchange.took(reply);
        }
        if (verdict == Going.ON) { // by far the most frequent
            tellReply(exchange, reply);
            return true;
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
        return true;
    }

    private void tellReply(Exchange exchange, Frame reply) {
        try {
            exchange.listener().onReply(reply);
        } catch (Throwable e) { // as in tell, without an object for each reply
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

    private void tellSent(Exchange exchange) {
        tell(exchange, exchange.listener()::onRequestSent);
    }

    /** A listener that throws ends its own exchange and no other. */
    private void tell(Exchange exchange, Runnable word) {
        try {
            word.run();
        } catch (Throwable e) { // an Error too: Netty throws one when direct memory runs out
            listenerFailed(exchange, e);
        }
    }

    private void listenerFailed(Exchange exchange, Throwable cause) {
        link.log()
                .error(
                        () ->
                                "the listener of exchange '"
                                        + Quoted.word(exchange.id())
                                        + "' failed",
                        cause);
        if (exchange.isOpen()) {
            abandon(exchange, LISTENER_FAILED);
        }
    }

    /** Ends it before the agent does: replies that still come are late. */
    void abandon(Exchange exchange, @Nullable Failure failure) {
        ended.addAbandoned(exchange.id());
        end(exchange, failure == null ? Outcome.CANCELLED : Outcome.of(failure));
        if (isOfATurn(exchange)) {
            cancels.sendOnceAnnounced(exchange.id());
        }
        if (failure != null) {
            tell(exchange, () -> exchange.listener().onFailure(failure));
        }
    }

    private static boolean isOfATurn(Exchange exchange) {
        return exchange.request() == FrameType.MESSAGE || exchange.request() == FrameType.RESUME;
    }

    void detach(Exchange exchange) {
        ended.addAbandoned(exchange.id());
        if (exchange.isSending()) {
            cancels.sendOnceAnnounced(exchange.id()); // the turn cannot go on without the rest
        }
        end(exchange, Outcome.DETACHED);
    }

    /** The agent wants no more of it: sends no further part, and asks it to end the turn. */
    boolean stop(Exchange exchange) {
        parts.drop(exchange);
        return cancels.send(exchange.id());
    }

    Cancels cancels() {
        return cancels;
    }

    boolean isOpen(String id) {
        return open.containsKey(id);
    }

    boolean isFree(String id) {
        return !open.containsKey(id) && !ended.isAbandoned(id);
    }

    /** Sends what was granted, as soon as the agent says that it heeds credit. */
    void grant(Exchange exchange) {
        if (exchange.hasUngranted() && channel.isActive() && peer.can(Feature.CREDIT)) {
            ByteBuf payload = channel.alloc().ioBuffer(32);
            ByteBufUtil.writeAscii(payload, "{\"bytes\":" + exchange.takeUngranted() + "}");
            send(new Frame(FrameType.CREDIT, exchange.id(), payload));
            long starvedNanos = exchange.takeStarvedNanos();
            if (starvedNanos > 0) {
                observer.onStarved(starvedNanos);
            }
        }
    }

    /** The agent may have announced that it heeds credit. */
    void grantAll() {
        for (Exchange exchange : List.copyOf(open.values())) {
            grant(exchange);
        }
    }

    /** Takes a {@code credit} of the agent, which is lent. False if nobody has asked for it. */
    boolean grant(Frame credit) {
        Exchange exchange = open.get(credit.id());
        SentInParts rest = exchange == null ? null : exchange.rest();
        if (exchange == null || rest == null) {
            return ended.contains(credit.id());
        }
        exchange.heardAt(deadlines.now());
        long bytes = PartSender.bytes(credit);
        if (bytes == 0) {
            abandon(exchange, PartSender.BAD_CREDIT);
            return false;
        }
        return parts.grant(rest, bytes);
    }

    /**
     * Whether the agent is silent because it has to be: it has no credit, its turns are parked, or
     * this one waits until somebody approves a call.
     */
    boolean isHeldBack(Exchange exchange) {
        return (exchange.isOutOfCredit() && peer.can(Feature.CREDIT))
                || exchange.isParked()
                || (isOfATurn(exchange) && peer.said().isQuiesced());
    }

    void waitOn(Exchange exchange) {
        exchange.heardAt(deadlines.now());
        deadlines.remove(exchange);
        deadlines.add(exchange);
    }

    void failAll(Failure failure) {
        for (Exchange exchange : List.copyOf(open.values())) {
            if (exchange.isOpen()) {
                fail(exchange, failure);
            }
        }
    }

    private void fail(Exchange exchange, Failure failure) {
        end(exchange, Outcome.of(failure));
        tell(exchange, () -> exchange.listener().onFailure(failure));
    }

    private void end(Exchange exchange, Outcome outcome) {
        exchange.markEnded();
        parts.drop(exchange);
        open.remove(exchange.id());
        deadlines.remove(exchange);
        observer.onExchangeEnded(exchange.request(), outcome);
    }

    int inFlight() {
        return open.size();
    }
}
