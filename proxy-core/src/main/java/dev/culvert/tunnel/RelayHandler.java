package dev.culvert.tunnel;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One of the two ends that a {@link Relay} joins. Confined to the event loop of both. */
final class RelayHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(RelayHandler.class);

    private final Channel own;
    private final Channel other;
    private final boolean isTunnel;
    private boolean pending;
    private boolean inputEnded;
    private boolean outputEnded;
    private boolean broken;

    RelayHandler(Channel own, Channel other) {
        this.own = own;
        this.other = other;
        isTunnel = own.pipeline().get(RecordHandler.class) != null;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        other.write(message, other.voidPromise());
        pending = true;
        if (!other.isWritable()) {
            flush();
            if (!other.isWritable()) {
                own.config().setAutoRead(false); // until channelWritabilityChanged there
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        flush();
    }

    private void flush() {
        if (pending) {
            pending = false;
            other.flush();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (own.isWritable() && other.isActive()) {
            other.config().setAutoRead(true);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE && !inputEnded && !broken) {
            inputEnded = true;
            pending = false;
            RelayHandler peer = other.pipeline().get(RelayHandler.class);
            if (peer != null) {
                peer.endOutput();
            }
            closeAfterBoth();
        }
    }

    /** What comes for this channel has ended. */
    private void endOutput() {
        if (isTunnel) {
            own.writeAndFlush(StreamEnd.MARK, own.voidPromise());
            return;
        }
        own.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(_ -> {
                    outputEnded = true;
                    if (own instanceof DuplexChannel socket && !inputEnded) {
                        shutDown(socket);
                    }
                    closeAfterBoth();
                });
    }

    /** TLS has an end of its own, without which the peer takes what it has for a part. */
    private static void shutDown(DuplexChannel socket) {
        ChannelHandler tls = socket.pipeline().get("tls");
        if (tls == null) {
            var _ = socket.shutdownOutput();
        } else {
            ((SslHandler) tls).closeOutbound().addListener(_ -> socket.shutdownOutput());
        }
    }

    /** A tunnel closes itself. */
    private void closeAfterBoth() {
        if (inputEnded && outputEnded && !isTunnel) {
            own.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        RelayHandler peer = other.pipeline().get(RelayHandler.class);
        if (peer != null && !(inputEnded && peer.inputEnded)) {
            cut(other);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException || !own.isActive()) { // or what was not decoded at its end
            LOG.debug("{} was cut", own, cause);
        } else {
            LOG.error("{} was cut", own, cause);
        }
        broken = true; // what follows, as the end of the input, is no end
        own.close();
        if (other.pipeline().get(RelayHandler.class) != null) {
            cut(other);
        }
    }

    /** Closes it so that its peer does not take what it has for all. */
    static void cut(Channel channel) {
        if (channel instanceof DuplexChannel
                && channel.pipeline().get(RecordHandler.class) == null
                && channel.isActive()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0); // TCP resets; others ignore it
        }
        channel.close();
    }
}
