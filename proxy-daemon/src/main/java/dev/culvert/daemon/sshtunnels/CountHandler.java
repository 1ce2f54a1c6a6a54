package dev.culvert.daemon.sshtunnels;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/** Counts the bytes of one caller. Confined to its event loop. */
final class CountHandler extends ChannelDuplexHandler {
    private final Counts counts;
    private final boolean isFromTheServer;

    /**
     * @param isFromTheServer whether the caller comes out of the tunnel
     */
    CountHandler(Counts counts, boolean isFromTheServer) {
        this.counts = counts;
        this.isFromTheServer = isFromTheServer;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        add(message, !isFromTheServer);
        context.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        add(message, isFromTheServer);
        context.write(message, promise);
    }

    private void add(Object message, boolean isToServer) {
        if (message instanceof ByteBuf bytes) {
            if (isToServer) {
                counts.onToServer(bytes.readableBytes());
            } else {
                counts.onFromServer(bytes.readableBytes());
            }
        }
    }
}
