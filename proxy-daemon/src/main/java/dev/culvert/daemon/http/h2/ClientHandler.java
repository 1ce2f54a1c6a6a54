package dev.culvert.daemon.http.h2;

import static io.netty.handler.codec.http2.Http2Error.ENHANCE_YOUR_CALM;
import static io.netty.handler.codec.http2.Http2Error.NO_ERROR;

import dev.culvert.daemon.http.Connections;
import dev.culvert.daemon.http.HttpObserver.Flood;
import dev.culvert.daemon.http.HttpServer;
import dev.culvert.daemon.http.h2.FrameLimits.Excess;
import dev.culvert.io.LazyTimer;
import dev.culvert.io.Quoted;
import dev.culvert.io.Share;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameStreamException;
import io.netty.handler.codec.http2.Http2SettingsAckFrame;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of one connection of HTTP/2: how many streams and frames it may have, how long it may
 * stay without a stream, and how it ends. Confined to its event loop.
 */
/* One class of more than 150 lines, because each limit and each deadline ends the one connection. */
public final class ClientHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ClientHandler.class);

    private static final Duration LINGER = Duration.ofSeconds(2);

    private final Channel channel;
    private final HttpServer server;
    private final Http2FrameCodec codec;
    private final Share share;
    private final LazyTimer idle;
    private final FrameLimits frames;
    private int streams;

    /** No new stream is taken. */
    private boolean ending;

    /** It closes as soon as what is written is sent. */
    private boolean closing;

    /**
     * For a connection that has begun.
     *
     * @param share is charged for what all its streams hold
     */
    public ClientHandler(Channel channel, HttpServer server, Http2FrameCodec codec, Share share) {
        this.channel = channel;
        this.server = server;
        this.codec = codec;
        this.share = share;
        idle = new LazyTimer(channel.eventLoop(), this::expired);
        frames = new FrameLimits(server.settings().h2(), idle.now());
        idle.expireAfter(server.settings().headTimeout());
        if (server.connections().isDraining()) {
            channel.eventLoop().execute(this::goAway);
        }
    }

    Share share() {
        return share;
    }

    /** One more stream has begun; false if it must be refused. {@link #end} follows in any case. */
    boolean begin() {
        streams++;
        idle.disarm();
        server.observer().onStreamOpened();
        if (streams > server.settings().h2().maxStreams()) {
            server.observer().onFlood(Flood.STREAMS);
            return false;
        }
        return true;
    }

    void end() {
        streams--;
        server.observer().onStreamClosed();
        if (streams == 0) {
            if (closing) {
                return;
            }
            if (ending) {
                close();
            } else {
                idle.expireAfter(server.settings().idleTimeout());
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Excess excess = frames.count(message, idle.now());
        if (excess != null) {
            flood(excess);
        } else if (message instanceof Http2SettingsFrame && streams == 0) {
            idle.expireAfter(server.settings().idleTimeout());
        } else if (message instanceof Http2SettingsAckFrame) {
            countStreamsHere();
        }
        if (message instanceof Http2StreamFrame) {
            context.fireChannelRead(message);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    /* Netty would refuse one stream too many without telling anybody. */
    private void countStreamsHere() {
        try {
            codec.connection().remote().maxActiveStreams(Integer.MAX_VALUE);
        } catch (IllegalArgumentException e) {
            LOG.debug("one stream too many is refused by Netty", e);
        }
    }

    /** The client does so much of something that it must mean harm. */
    private void flood(Excess excess) {
        if (closing) {
            return;
        }
        Flood kind = excess.kind();
        server.observer().onFlood(kind);
        String why =
                "more than %d %s came within a second (%s)"
                        .formatted(excess.limit(), kind.what(), kind.key());
        LOG.debug("{}: the connection ends: {}", channel.remoteAddress(), why);
        ending = true;
        channel.config().setAutoRead(false);
        closeAfter(sendGoAway(ENHANCE_YOUR_CALM, why));
    }

    /** Netty has found what breaks the protocol or exceeds a limit, and tells the client. */
    void broken(Http2Exception e) {
        Flood kind = FrameLimits.kind(String.valueOf(e.getMessage()));
        server.observer().onFlood(kind);
        LOG.debug(
                "{}: {} ({}): {}",
                channel.remoteAddress(),
                e.error(),
                kind.key(),
                Quoted.sentence(String.valueOf(e.getMessage())));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event.equals(Connections.DRAIN)) {
            goAway();
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    /** No new stream is taken any longer; the connection ends after the last one. */
    private void goAway() {
        if (ending || !channel.isActive()) {
            return;
        }
        ending = true;
        sendGoAway(NO_ERROR, "");
        if (streams == 0) {
            close();
        }
    }

    private ChannelFuture sendGoAway(Http2Error error, String why) {
        return channel.writeAndFlush(
                new DefaultHttp2GoAwayFrame(error, ByteBufUtil.writeUtf8(channel.alloc(), why)));
    }

    private void close() {
        closeAfter(channel.writeAndFlush(Unpooled.EMPTY_BUFFER));
    }

    /** A client that reads nothing does not get the last words, either. */
    private void closeAfter(ChannelFuture lastWords) {
        closing = true;
        idle.expireAfter(LINGER);
        lastWords.addListener(ChannelFutureListener.CLOSE);
    }

    /** Closes at once, whatever waits: without the end that TLS has and would wait for. */
    void cut() {
        channel.pipeline().firstContext().close();
    }

    private void expired() {
        if (closing) {
            cut();
        } else if (streams == 0) {
            goAway();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        idle.cancel();
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        switch (cause) {
            case Http2FrameStreamException _ -> context.fireExceptionCaught(cause); // of a stream
            case Http2Exception e -> broken(e); // Netty answers it and closes
            case IOException _ -> context.close();
            default -> {
                LOG.error("a connection is closed because of a bug in the daemon", cause);
                context.close();
            }
        }
    }
}
