package dev.culvert.daemon.http.tls;

import dev.culvert.daemon.http.tls.TlsObserver.Outcome;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the end of the handshake, and then gives its place to the stations of HTTP. Confined to
 * its event loop.
 */
public final class HandshakeHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(HandshakeHandler.class);

    private final Certificates certificates;
    private final BiConsumer<Channel, String> stations;
    private boolean shaking;

    /**
     * @param stations adds those of the protocol that was agreed on, named as in ALPN; empty if
     *     none was
     */
    public HandshakeHandler(Certificates certificates, BiConsumer<Channel, String> stations) {
        this.certificates = certificates;
        this.stations = stations;
    }

    /* HTTP becomes active after the handshake. */
    @Override
    public void channelActive(ChannelHandlerContext context) {
        shaking = certificates.beginHandshake();
        if (!shaking) {
            context.close();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (!shaking || !(event instanceof SslHandshakeCompletionEvent end)) {
            context.fireUserEventTriggered(event);
            return;
        }
        shaking = false;
        if (end.isSuccess()) {
            certificates.endHandshake(Outcome.OK);
            begin(context);
        } else {
            certificates.endHandshake(outcome(end.cause()));
            LOG.debug("{}: no TLS: {}", context.channel().remoteAddress(), end.cause().toString());
            context.close();
        }
    }

    private void begin(ChannelHandlerContext context) {
        SslHandler tls = context.pipeline().get(SslHandler.class);
        String protocol = tls.applicationProtocol();
        ClientNames.keep(context.channel(), tls.engine().getSession());
        stations.accept(context.channel(), protocol == null ? "" : protocol);
        context.fireChannelActive();
        context.pipeline().remove(this);
    }

    private static Outcome outcome(Throwable cause) {
        return switch (cause) {
            case SslHandshakeTimeoutException _ -> Outcome.TIMED_OUT;
            case ClosedChannelException _ -> Outcome.GONE;
            default -> Outcome.FAILED;
        };
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close(); // the event has told why
    }
}
