package dev.culvert.guest.connection;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Sees when the connection has become a link, and whether the host uses it. */
final class WatchHandler extends ChannelInboundHandlerAdapter {
    private final DialIn.Attempt attempt;

    WatchHandler(DialIn.Attempt attempt) {
        this.attempt = attempt;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        attempt.linked();
        context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof Frame frame && isWork(frame.type())) {
            attempt.worked();
        }
        context.fireChannelRead(message);
    }

    /** A ping or a configuration comes over every link, also over one that fails at once. */
    private static boolean isWork(FrameType type) {
        return type == FrameType.MESSAGE || type == FrameType.PARTS || type == FrameType.RESUME;
    }
}
