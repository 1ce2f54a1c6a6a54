package dev.culvert.daemon.http.h2;

import dev.culvert.daemon.http.BodyEnd;
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
import dev.culvert.io.LazyTimer;
import dev.culvert.io.Share;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last station of one stream: collects the body of its request, calls the route with an answer,
 * and answers whatever no route sees. Confined to its event loop.
 */
/* One class of more than 150 lines, because the body and the answer of one request end together. What
 * happens after the answer is here too: a part of its own would be one more object for each request. */
public final class StreamHandler extends ChannelInboundHandlerAdapter
        implements HeldBytesHandler.Owner, IncomingBody.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(StreamHandler.class);

    /** How long a client may take for what was written before the stream is broken off. */
    private static final Duration LINGER = Duration.ofSeconds(2);

    private final HttpServer server;
    private final ClientHandler client;
    private final StreamCodec codec;
    private final HeldBytesHandler account;
    private final StreamWriter writer;
    private final IncomingBody incoming;
    private final LazyTimer unread;
    private @Nullable Http2Answer answer;
    private boolean counted;

    /** The answer is incomplete, and what was written of it may still be sent. */
    private boolean breaking;

    /** The connection took nothing for a while. */
    private boolean stalled;

    /** One stream too many: what comes is dropped. */
    private boolean refused;

    /** For a stream that has begun. */
    public StreamHandler(
            Channel stream, HttpServer server, ClientHandler client, StreamCodec codec) {
        this.server = server;
        this.client = client;
        this.codec = codec;
        account =
                new HeldBytesHandler(
                        stream, client.share(), HeldKind.BODIES, HeldKind.UNSENT, this);
        account.countUnreadAlsoFor(server.bodies());
        writer = new StreamWriter(stream, account, this);
        incoming = new IncomingBody(stream, server, this);
        unread = new LazyTimer(stream.eventLoop(), this::checkUnread);
    }

    /** The station that charges the client for what waits. */
    public HeldBytesHandler account() {
        return account;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        counted = true;
        if (!client.begin()) {
            refused = true;
            writer.reset(Http2Error.REFUSED_STREAM);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (refused) {
            ReferenceCountUtil.release(message);
            return;
        }
        writer.readBegan();
        switch (message) {
            case ByteBuf part -> incoming.add(part);
            case BodyEnd _ -> incoming.end();
            case RoutedRequest request -> begin(request);
            case Refusal(Head head, Problem problem, boolean _) -> refuse(answerTo(head), problem);
            case OptionsRequest(Head head, String allow) -> answerTo(head).options(allow);
            default -> ReferenceCountUtil.release(message);
        }
    }

    private void begin(RoutedRequest request) {
        answerTo(request.head());
        incoming.begin(request);
        if (request.head().awaitsContinue() && request.head().announcesBody()) {
            writer.headers(
                    new DefaultHttp2Headers().status(HttpResponseStatus.CONTINUE.codeAsText()),
                    false);
        }
    }

    @Override
    public void onWhole(RoutedRequest routed, ByteBuf body) {
        openAnswer().handle(routed, body, incoming, 0);
    }

    @Override
    public void onRefused(Problem problem) {
        refuse(openAnswer(), problem);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        incoming.readEnded();
        writer.readEnded();
    }

    private Http2Answer answerTo(Head head) {
        writer.beginAnswer();
        answer = new Http2Answer(writer, head);
        return answer;
    }

    /** The answer that is awaited; a new one if what came is no request. */
    private Http2Answer openAnswer() {
        return answer != null && answer.isOpen() ? answer : answerTo(Head.unreadable());
    }

    private void refuse(Http2Answer given, Problem problem) {
        boolean isWithinBody = incoming.isExpected();
        incoming.discard();
        server.observer().onRequestRefused(problem.status().code());
        server.refused(given.head(), problem, isWithinBody);
        given.problem(problem);
    }

    /** The answer was written. The rest of a body that nobody waits for is not wanted (8.1). */
    void answered() {
        answer = null;
        if (!codec.hasEnded()) {
            writer.whenSent(() -> writer.reset(Http2Error.NO_ERROR));
        }
        writer.watch();
        unread.expireAfter(server.settings().idleTimeout());
    }

    /** The answer is incomplete, and the client must see that. */
    void broken() {
        answer = null;
        breaking = true;
        writer.whenSent(() -> writer.reset(Http2Error.INTERNAL_ERROR));
        writer.watch();
        unread.expireAfter(LINGER);
    }

    /**
     * A client that takes no more of its answer does not keep it for ever. If it reads nothing from
     * its connection, either, a reset would only wait with the rest.
     */
    private void checkUnread() {
        boolean reads = writer.hasSentMore();
        if (writer.channel().parent().isWritable()) {
            if (reads && !breaking) {
                unread.expireAfter(server.settings().idleTimeout());
            } else {
                writer.reset(breaking ? Http2Error.INTERNAL_ERROR : Http2Error.CANCEL);
            }
        } else if (reads || !stalled) {
            stalled = !reads;
            unread.expireAfter(server.settings().idleTimeout());
        } else {
            client.cut();
        }
    }

    @Override
    public long unreadBytes() {
        return incoming.heldBytes();
    }

    @Override
    public long unsentBytes(Channel stream) {
        return codec.unsentBytes();
    }

    /** A client that is still sending gets an answer; one that does not read cannot get any. */
    @Override
    public void onExcess(HeldKind kind, Share share) {
        if (kind == HeldKind.BODIES && incoming.isExpected()) {
            refuse(openAnswer(), Problem.of(OverMemory.excess(share)));
        } else if (writer.channel().parent().isWritable()) {
            writer.reset(Http2Error.INTERNAL_ERROR);
        } else {
            client.cut();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof Http2ResetFrame) {
            server.observer().onStreamReset();
        }
        ReferenceCountUtil.release(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        unread.cancel();
        server.lost(incoming.head());
        incoming.close();
        try {
            if (answer != null) {
                answer.gone();
            }
        } finally {
            writer.drop();
            if (counted) {
                client.end();
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        switch (cause) {
            case OutOfMemoryError error ->
                    LOG.error("a client's stream is reset: {}", error.getMessage());
            case IOException _ -> {} // it is closed already
            case Http2Exception e -> {
                client.broken(e);
                return; // Netty resets it with the right code
            }
            default -> LOG.error("a stream is reset because of a bug in the daemon", cause);
        }
        writer.reset(Http2Error.INTERNAL_ERROR);
    }

    HttpServer server() {
        return server;
    }

    Share client() {
        return client.share();
    }
}
