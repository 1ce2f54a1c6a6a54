package dev.culvert.daemon.http.h1;

import static io.netty.handler.codec.http.HttpResponseStatus.INTERNAL_SERVER_ERROR;
import static io.netty.handler.codec.http.HttpResponseStatus.NO_CONTENT;

import dev.culvert.daemon.http.Handling;
import dev.culvert.daemon.http.Head;
import dev.culvert.daemon.http.OptionsRequest;
import dev.culvert.daemon.http.OverMemory;
import dev.culvert.daemon.http.Phase;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Refusal;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.RequestRecord;
import dev.culvert.daemon.http.RoutedRequest;
import dev.culvert.daemon.http.Trouble;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last station: collects the body of a request, calls its route with an answer, and answers
 * whatever no route sees. Confined to its event loop.
 */
/* One class of more than 150 lines, because the body and the answer of one request end together. */
final class RequestHandler extends ChannelInboundHandlerAdapter implements HeldBytesHandler.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(RequestHandler.class);
    private static final Problem BUG =
            Problem.of(
                    INTERNAL_SERVER_ERROR,
                    "The request failed because of a bug in the daemon: look for its request_id in"
                            + " the log.");

    private final Http1Server server;
    private final Share client;
    private final HeldBytesHandler account;
    private final ResponseWriter writer;
    private final ConnectionHandler connection;
    private final LazyTimer bodyTimer;
    private final IncomingBody incoming;
    private @Nullable Http1Answer answer;

    /**
     * For a connection that has begun.
     *
     * @param client is charged for what the connection holds
     */
    RequestHandler(Channel channel, Http1Server server, RequestDecoder decoder, Share client) {
        this.server = server;
        this.client = client;
        account = new HeldBytesHandler(channel, client, HeldKind.BODIES, HeldKind.UNSENT, this);
        account.countUnreadAlsoFor(server.bodies());
        writer = new ResponseWriter(channel, account);
        connection = new ConnectionHandler(server, decoder, writer, this);
        incoming = new IncomingBody(server.settings());
        bodyTimer = new LazyTimer(channel.eventLoop(), this::checkPace);
    }

    HeldBytesHandler account() {
        return account;
    }

    ConnectionHandler connection() {
        return connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        switch (message) {
            case RoutedRequest request -> begin(request);
            case Refusal(Head head, Problem problem, boolean closes) ->
                    refuse(answerTo(head), problem, closes);
            case OptionsRequest(Head head, String allow) -> options(head, allow);
            case Problem problem when !connection.isEnding() -> refuse(openAnswer(), problem, true);
            default -> ReferenceCountUtil.release(message); // the connection is ending
        }
    }

    private void options(Head head, String allow) {
        answerTo(head).options(allow);
        if (server.observer().wantsRecords()) {
            server.observer().onEnded(RequestRecord.ofOptions(head, NO_CONTENT.code()));
        }
    }

    private void begin(RoutedRequest request) {
        answerTo(request.head());
        incoming.begin(request, bodyTimer.now());
        if (request.head().awaitsContinue() && request.head().announcesBody()) {
            writer.askForBody();
        }
    }

    /** Takes ownership of the next part of the body. */
    void onBody(ByteBuf part) {
        if (incoming.request() == null) {
            part.release(); // the request was refused
            return;
        }
        incoming.add(part, writer.channel().alloc());
        if (incoming.size() > server.settings().maxBodyBytes()) {
            refuse(openAnswer(), server.rules().bodyTooLarge(), true);
        }
    }

    void onBodyEnd() {
        RoutedRequest routed = incoming.request();
        if (routed != null) {
            handle(routed, incoming.take());
        }
    }

    /** Calls the route, which answers even if it throws. Takes ownership of {@code body}. */
    private void handle(RoutedRequest routed, ByteBuf body) {
        bodyTimer.disarm();
        Http1Answer given = openAnswer();
        Request request = new Request(routed, body, writer.channel().eventLoop());
        Handling handling = new Handling(request, server.observer());
        if (handling.isTimed()) {
            handling.arrived(connection.headNanos(), incoming.nanosSinceHead(bodyTimer.now()));
        }
        given.handledBy(handling);
        try {
            routed.endpoint().route().handle(request, given);
        } catch (ProblemException e) {
            given.crashed(e.problem());
        } catch (RuntimeException e) {
            LOG.error("request {} failed: {}", request.id(), request.template(), e);
            given.crashed(BUG);
        } finally {
            body.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (isIncoming()) {
            bodyTimer.expireAfter(incoming.patienceNanos(bodyTimer.now()));
        }
    }

    private boolean isIncoming() {
        return incoming.request() != null;
    }

    private void checkPace() {
        if (isIncoming()) {
            refuse(openAnswer(), ConnectionHandler.TOO_SLOW, true);
        }
    }

    private Http1Answer answerTo(Head head) {
        writer.beginAnswer();
        answer = new Http1Answer(this, writer, server.responseHead(), head);
        return answer;
    }

    /** The answer that is awaited; a new one if the bytes that came are no request. */
    private Http1Answer openAnswer() {
        return answer != null && answer.isOpen() ? answer : answerTo(Head.unreadable());
    }

    private void refuse(Http1Answer given, Problem problem, boolean closes) {
        Phase phase = isIncoming() ? Phase.BODY : Phase.HEAD;
        discardIncoming();
        if (connection.isAdmitted()) {
            server.observer().onRequestRefused(problem.status().code());
        }
        Trouble.of(problem).tellIfLimited(server.observer());
        server.observer().onEnded(RequestRecord.refused(given.requestHead(), problem, phase));
        given.refuse(problem, closes);
    }

    /** The answer was written; the connection is {@code reusable}, or ends after it. */
    void answered(boolean reusable) {
        answer = null;
        connection.answered(reusable);
    }

    /** The answer is incomplete, and the client must see that. */
    void broken(boolean reset) {
        answer = null;
        connection.breakOff(reset);
    }

    @Override
    public long unreadBytes() {
        return (long) connection.heldBytes() + incoming.heldBytes();
    }

    /** A client that is still sending gets an answer; one that does not read cannot get any. */
    @Override
    public void onExcess(HeldKind kind, Share share) {
        if (kind == HeldKind.BODIES && (connection.isAwaiting() || isIncoming())) {
            refuse(openAnswer(), Problem.of(OverMemory.excess(share)), true);
        } else {
            connection.breakOffNow(answer != null && answer.endsByClosing());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        bodyTimer.cancel();
        tellOfALostBody();
        discardIncoming();
        if (answer != null) {
            answer.gone();
        }
    }

    /** No route has seen the request, so there is no other record of it. */
    private void tellOfALostBody() {
        RoutedRequest lost = incoming.request();
        if (lost != null && server.observer().wantsRecords()) {
            server.observer().onEnded(RequestRecord.lost(lost.head()));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof OutOfMemoryError error) {
            LOG.error("a client's connection is closed: {}", error.getMessage());
            if (isIncoming() && isToldOfLackOfMemory()) {
                return;
            }
        } else if (!(cause instanceof IOException)) {
            LOG.error("a connection is closed because of a bug in the daemon", cause);
        }
        context.close();
    }

    /** False if even the answer finds no memory. */
    private boolean isToldOfLackOfMemory() {
        try {
            refuse(openAnswer(), Problem.of(OverMemory.exhausted()), true);
            return true;
        } catch (OutOfMemoryError _) {
            return false;
        }
    }

    private void discardIncoming() {
        bodyTimer.disarm();
        incoming.discard();
    }

    boolean isDraining() {
        return connection.isDraining();
    }

    Share client() {
        return client;
    }
}
