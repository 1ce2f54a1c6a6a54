package dev.culvert.daemon.http.h1;

import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_TIMEOUT;
import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;

import dev.culvert.daemon.http.Connections;
import dev.culvert.daemon.http.Head;
import dev.culvert.daemon.http.OverMemory;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Trouble;
import dev.culvert.daemon.http.h1.RequestDecoder.BodyEnd;
import dev.culvert.io.HeldBytesHandler;
import dev.culvert.io.HeldKind;
import dev.culvert.io.LazyTimer;
import dev.culvert.io.Share;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: one request after the other, and how long each step may take. Confined to its
 * event loop.
 */
final class ConnectionHandler extends ChannelInboundHandlerAdapter
        implements HeldBytesHandler.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionHandler.class);
    private static final Problem TOO_SLOW =
            Problem.of(REQUEST_TIMEOUT, "The request came too slowly: send it again, at once.");
    private static final Problem TOO_MANY =
            Problem.of(
                            SERVICE_UNAVAILABLE,
                            "There are as many connections as there may be (http.max_connections): try again later.")
                    .retryAfter(1);

    /* What a client that has just connected has to ask before the daemon is gone. */
    private static final Duration FIRST_WORDS = Duration.ofSeconds(1);

    private enum State {
        AWAITING,
        READING,
        ANSWERING,
        UNREAD,
        ENDING
    }

    private final Reception reception;
    private final RequestDecoder decoder;
    private final Share client;
    private final HeldBytesHandler account;
    private final Outlet outlet;
    private final LazyTimer timer;
    private State state = State.AWAITING;
    private boolean admitted;
    private boolean headTimed;
    private @Nullable IncomingRequest incoming;
    private @Nullable Http1Answer responder;

    /**
     * For a connection that has begun.
     *
     * @param client is charged for what the connection holds
     * @param bodies is charged, too, for what it has sent of a request that is not complete
     */
    ConnectionHandler(
            Channel channel,
            Reception reception,
            RequestDecoder decoder,
            Share client,
            Share bodies) {
        this.reception = reception;
        this.decoder = decoder;
        this.client = client;
        account = new HeldBytesHandler(channel, client, HeldKind.BODIES, HeldKind.UNSENT, this);
        account.countUnreadAlsoFor(bodies);
        outlet = new Outlet(channel, account);
        timer = new LazyTimer(channel.eventLoop(), this::expired);
    }

    HeldBytesHandler account() {
        return account;
    }

    Share client() {
        return client;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        admitted = reception.connections().admit(context.channel());
        if (admitted) {
            reception.observer().onConnectionOpened();
            headTimed = true;
            timer.expireAfter(isDraining() ? FIRST_WORDS : reception.settings().headTimeout());
        } else {
            reception.observer().onConnectionRefused();
            refuse(TOO_MANY);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        outlet.readBegan();
        switch (message) {
            case Head head when state == State.AWAITING -> begin(head);
            case ByteBuf part when incoming != null -> goOn(incoming, part);
            case BodyEnd _ when incoming != null -> handle(incoming);
            case Problem problem when state != State.ENDING -> refuse(problem);
            default -> ReferenceCountUtil.release(message); // behind an answer that ends it all
        }
    }

    private void begin(Head head) {
        state = State.READING;
        headTimed = false;
        Envelope envelope = reception.envelope(head);
        Http1Answer answer = new Http1Answer(this, outlet, envelope);
        responder = answer;
        outlet.chargeTo(null);
        outlet.holdsWhole(false);
        if (head.announcesBody()) {
            answer.expectBody();
        }
        try {
            if (head.announcesBody()) {
                OverMemory.check(client.account().whole());
            }
            incoming = reception.receive(head, envelope, answer, outlet.channel());
        } catch (ProblemException e) {
            refuse(e.problem());
        }
        if (incoming != null) {
            timer.expireAfter(incoming.patienceNanos(timer.now()));
        }
    }

    private void goOn(IncomingRequest request, ByteBuf part) {
        request.add(part, outlet.channel().alloc());
        if (request.size() > reception.settings().maxBodyBytes()) {
            refuse(reception.bodyTooLarge());
        }
    }

    private void handle(IncomingRequest request) {
        if (responder != null) {
            incoming = null;
            state = State.ANSWERING;
            timer.disarm();
            responder.bodyRead();
            request.handle(responder);
        }
    }

    /** Answers with {@code problem} and closes: what follows on the connection is not trusted. */
    private void refuse(Problem problem) {
        Http1Answer answer = responder;
        if (answer == null || !answer.isOpen()) {
            answer = new Http1Answer(this, outlet, reception.envelope());
        }
        discardIncoming();
        if (admitted) {
            reception.observer().onRequestRefused(problem.status().code());
        }
        reception.failures().refused(answer.requestId(), problem, outlet.channel().eventLoop());
        answer.closeAfter();
        answer.problem(problem);
    }

    /** The answer is written; the connection is {@code reusable} or ends behind it. */
    void answered(boolean reusable) {
        responder = null;
        if (!reusable) {
            end();
        } else if (outlet.channel().isWritable()) {
            awaitNext();
        } else {
            state = State.UNREAD;
            outlet.watch();
            timer.expireAfter(reception.settings().idleTimeout());
        }
    }

    /** A request that its route has handled did not end well. */
    void failed(Request request, @Nullable String turn, int status, long nanos, Trouble trouble) {
        reception.observer().onFailed(trouble.code(), trouble.runtimeStatus());
        reception.failures().ended(request, turn, status, nanos, trouble);
    }

    boolean isDraining() {
        return reception.connections().isDraining();
    }

    /** The answer must not be taken for a whole one. */
    void broken(boolean reset) {
        responder = null;
        beginEnding();
        outlet.cut(timer, reset);
    }

    @Override
    public long unreadBytes() {
        return (long) decoder.heldBytes() + (incoming == null ? 0 : incoming.heldBytes());
    }

    /** A client that is still sending is told; one that does not read cannot be. */
    @Override
    public void onExcess(HeldKind kind, Share share) {
        if (kind == HeldKind.BODIES && (state == State.AWAITING || state == State.READING)) {
            refuse(Problem.of(OverMemory.excess(share)));
        } else {
            beginEnding();
            outlet.cutNow(responder != null && responder.endsByClosing());
        }
    }

    private void end() {
        beginEnding();
        outlet.end(timer, reception.settings().idleTimeout());
    }

    private void beginEnding() {
        state = State.ENDING;
        decoder.stop();
    }

    private void awaitNext() {
        state = State.AWAITING;
        timer.expireAfter(reception.settings().idleTimeout());
        if (decoder.next()) {
            readEnded();
        }
    }

    private void readEnded() {
        outlet.readEnded();
        if (state == State.AWAITING && !headTimed && decoder.isWithinHead()) {
            headTimed = true;
            timer.expireAfter(reception.settings().headTimeout());
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        readEnded();
    }

    private void expired() {
        switch (state) {
            case AWAITING -> {
                if (decoder.isWithinHead()) {
                    refuse(TOO_SLOW);
                } else {
                    outlet.channel().close();
                }
            }
            case READING -> {
                long patience = incoming == null ? 0 : incoming.patienceNanos(timer.now());
                if (patience > 0) {
                    timer.expireAfter(patience);
                } else {
                    refuse(TOO_SLOW);
                }
            }
            case ANSWERING -> {}
            case UNREAD, ENDING -> {
                if (outlet.hasSentMore()) {
                    timer.expireAfter(reception.settings().idleTimeout());
                } else {
                    outlet.channel().close();
                }
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable() && state == State.UNREAD) {
            awaitNext();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (!event.equals(Connections.DRAIN)) {
            return;
        }
        if (state == State.AWAITING && headTimed && !decoder.isWithinHead()) {
            timer.expireAfter(FIRST_WORDS);
        } else if (state == State.UNREAD || (state == State.AWAITING && !headTimed)) {
            end();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        timer.cancel();
        state = State.ENDING;
        discardIncoming();
        try {
            if (responder != null) {
                responder.gone();
            }
        } finally {
            outlet.drop();
            if (admitted) {
                reception.observer().onConnectionClosed();
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof OutOfMemoryError) {
            LOG.error("a client's connection is closed: {}", cause.getMessage());
        } else if (!(cause instanceof IOException)) {
            LOG.error("a connection is closed for a mistake of the daemon", cause);
        }
        context.close();
    }

    private void discardIncoming() {
        if (incoming != null) {
            incoming.discard();
            incoming = null;
        }
    }
}
