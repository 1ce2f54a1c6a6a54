package dev.culvert.frame;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** The bytes of one frame in, a {@link Frame} out, owned by the next handler. */
public final class FrameDecoder extends ChannelInboundHandlerAdapter {
    private final EnvelopeReader reader;

    /** Nothing that follows bytes that are no frame means anything. */
    private boolean broken;

    public FrameDecoder(FrameLimits limits) {
        reader = new EnvelopeReader(limits);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            if (!broken) {
                context.fireChannelRead(reader.read(bytes));
            }
        } catch (BadFrameException bad) {
            exceptionCaught(context, bad);
        } finally {
            bytes.release();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof BadFrameException) {
            if (broken) {
                return;
            }
            broken = true;
        }
        context.fireExceptionCaught(cause);
    }
}
