package dev.culvert.daemon.join;

import dev.culvert.daemon.join.JoinObserver.Outcome;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Tells by its first frame whether a connection is to be a link or a tunnel. Confined to the event
 * loop.
 */
final class FirstFrame extends ChannelInboundHandlerAdapter {
    private final TunnelDoor tunnels;

    FirstFrame(TunnelDoor tunnels) {
        this.tunnels = tunnels;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Frame frame = (Frame) message;
        if (frame.type() != FrameType.TUNNEL) {
            context.fireChannelRead(frame);
            context.pipeline().remove(this);
            return;
        }
        try {
            context.channel().config().setAutoRead(false);
            ChannelHandlerContext waiting = context.pipeline().context(WaitingHandler.class);
            if (waiting != null) {
                ((WaitingHandler) waiting.handler()).leaves(waiting, Outcome.TUNNEL);
            }
            context.pipeline().remove("handshake");
            context.pipeline().remove(this);
            tunnels.onTunnel(context.channel(), frame);
        } finally {
            frame.release();
        }
    }
}
