package dev.culvert.frame;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.TooLongFrameException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the stream at its length headers and hands on each frame's bytes. After bytes that cannot be
 * cut it discards all that follows: where the next frame begins is not known any more.
 */
public final class FrameSplitter extends LengthFieldBasedFrameDecoder {
    private final int limit;
    private boolean broken;

    public FrameSplitter(FrameLimits limits) {
        super(limits.frameBytes() + Integer.BYTES, 0, Integer.BYTES, 0, Integer.BYTES);
        limit = limits.frameBytes();
    }

    @Override
    protected @Nullable Object decode(ChannelHandlerContext context, ByteBuf in) throws Exception {
        if (broken) {
            in.skipBytes(in.readableBytes());
            return null;
        }
        long length = in.readableBytes() < Integer.BYTES ? 0 : in.getUnsignedInt(in.readerIndex());
        try {
            return super.decode(context, in);
        } catch (TooLongFrameException _) {
            throw stop(
                    in,
                    BadFrameException.Reason.LENGTH_EXCEEDED,
                    "a frame of " + length + " bytes, at most " + limit + " are allowed");
        }
    }

    @Override
    protected void decodeLast(ChannelHandlerContext context, ByteBuf in, List<Object> out)
            throws Exception {
        super.decodeLast(context, in, out);
        if (in.isReadable() && !broken) {
            int left = in.readableBytes();
            // Not thrown: that would reach the pipeline only after channelInactive.
            context.fireExceptionCaught(
                    stop(
                            in,
                            BadFrameException.Reason.TRUNCATED,
                            "the stream ended " + left + " bytes into a frame"));
        }
    }

    private BadFrameException stop(ByteBuf in, BadFrameException.Reason reason, String detail) {
        broken = true;
        in.skipBytes(in.readableBytes());
        return new BadFrameException(reason, detail);
    }
}
