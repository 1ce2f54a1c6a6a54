package dev.culvert.daemon.http.h1;

import dev.culvert.daemon.http.ConnectionLimitHandler;
import dev.culvert.daemon.http.Head;
import dev.culvert.daemon.http.HttpServer;
import dev.culvert.daemon.http.IncomingBody;
import dev.culvert.daemon.http.OptionsRequest;
import dev.culvert.daemon.http.OverMemory;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.Refusal;
import dev.culvert.daemon.http.RoutedRequest;
import dev.culvert.io.HeldBytesHandler;
import dev.culvert.io.HeldKind;
import dev.culvert.io.Share;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last station: collects the body of a request, calls its route with an answer, and answers
 * whatever no route sees. Confined to its event loop.
 */
/* One class of more than 150 lines, because the body and the answer of one request end together. */
public final class RequestHandler extends ChannelInboundHandlerAdapter
        implements HeldBytesHandler.Owner, IncomingBody.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(RequestHandler.class);

    private final HttpServer server;
    private final Share client;
    private final HeldBytesHandler account;
    private final ResponseWriter writer;
    private final ConnectionHandler connection;
    private final IncomingBody incoming;
    private @Nullable Http1Answer answer;
    private Consumer<Consumer<Channel>> upgrade = _ -> {};

    /** Whether nothing more is read after this answer. */
    private boolean mustClose;

    /**
     * For a connection that has begun.
     *
     * @param client is charged for what the connection holds
     */
    public RequestHandler(
            Channel channel, HttpServer server, RequestDecoder decoder, Share client) {
        this.server = server;
        this.client = client;
        account = new HeldBytesHandler(channel, client, HeldKind.BODIES, HeldKind.UNSENT, this);
        account.countUnreadAlsoFor(server.bodies());
        writer = new ResponseWriter(channel, account, this);
        connection = new ConnectionHandler(server, decoder, writer, this);
        incoming = new IncomingBody(channel, server, this);
    }

    /** The station that charges the client for what waits. */
    public HeldBytesHandler account() {
        return account;
    }

    /** The station that lets one request through after the other. */
    public ChannelInboundHandler connection() {
        return connection;
    }

    /** Whether no request has come yet, or none since the last answer. */
    public boolean isAwaiting() {
        return connection.isAwaiting();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        switch (message) {
            case RoutedRequest request -> begin(request);
            case Refusal(Head head, Problem problem, boolean closes) ->
                    refuse(answerTo(head), problem, closes);
            case OptionsRequest(Head head, String allow) -> answerTo(head).options(allow);
            case Problem problem when !connection.isEnding() -> refuse(openAnswer(), problem, true);
            default -> ReferenceCountUtil.release(message); // the connection is ending
        }
    }

    private void begin(RoutedRequest request) {
        answerTo(request.head());
        incoming.begin(request);
        if (request.head().awaitsContinue() && request.head().announcesBody()) {
            writer.askForBody();
        }
    }

    /** Takes ownership of the next part of the body. */
    void onBody(ByteBuf part) {
        incoming.add(part);
    }

    void onBodyEnd() {
        incoming.end();
    }

    @Override
    public void onWhole(RoutedRequest routed, ByteBuf body) {
        openAnswer().handle(routed, body, incoming, connection.headNanos());
    }

    @Override
    public void onRefused(Problem problem) {
        refuse(openAnswer(), problem, true);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        incoming.readEnded();
    }

    private Http1Answer answerTo(Head head) {
        writer.beginAnswer();
        mustClose = false;
        answer = new Http1Answer(writer, head);
        return answer;
    }

    /** The answer that is awaited; a new one if the bytes that came are no request. */
    private Http1Answer openAnswer() {
        return answer != null && answer.isOpen() ? answer : answerTo(Head.unreadable());
    }

    private void refuse(Http1Answer given, Problem problem, boolean closes) {
        boolean isWithinBody = incoming.isExpected();
        incoming.discard();
        if (!problem.equals(ConnectionLimitHandler.TOO_MANY)) {
            server.observer().onRequestRefused(problem.status().code());
        }
        server.refused(given.head(), problem, isWithinBody);
        mustClose = closes;
        given.problem(problem);
    }

    /** The answer was written; the connection is {@code reusable}, or ends after it. */
    void answered(boolean reusable) {
        answer = null;
        connection.answered(reusable);
    }

    /** What gives the connection to the stations of another protocol. */
    public void onUpgrade(Consumer<Consumer<Channel>> action) {
        upgrade = action;
    }

    /** The connection speaks another protocol as soon as this read burst is over. */
    void upgraded(Consumer<Channel> next) {
        answer = null;
        writer.flush();
        writer.channel().eventLoop().execute(() -> upgrade.accept(next));
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
        if (kind == HeldKind.BODIES && (connection.isAwaiting() || incoming.isExpected())) {
            refuse(openAnswer(), Problem.of(OverMemory.excess(share)), true);
        } else {
            connection.breakOffNow(answer != null && answer.endsByClosing());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        server.lost(incoming.head());
        incoming.close();
        if (answer != null) {
            answer.gone();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof OutOfMemoryError error) {
            LOG.error("a client's connection is closed: {}", error.getMessage());
            if (incoming.isExpected() && isToldOfLackOfMemory()) {
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

    HttpServer server() {
        return server;
    }

    boolean mustClose() {
        return mustClose;
    }

    boolean isDraining() {
        return connection.isDraining();
    }

    /** Is charged for what the connection holds. */
    public Share client() {
        return client;
    }
}
