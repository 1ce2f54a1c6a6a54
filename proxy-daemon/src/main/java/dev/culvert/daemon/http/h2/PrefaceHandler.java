package dev.culvert.daemon.http.h2;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Tells by the first bytes of a connection without TLS whether they are HTTP/2 with prior knowledge
 * (RFC 9113, 3.3), and leaves the pipeline. Confined to its event loop.
 */
public final class PrefaceHandler extends ChannelInboundHandlerAdapter {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

    private final Runnable switching;
    private @Nullable ByteBuf held;

    /**
     * @param switching replaces the stations after this one by those of HTTP/2, if it still may
     */
    public PrefaceHandler(Runnable switching) {
        this.switching = switching;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf next)) {
            context.fireChannelRead(message);
            return;
        }
        ByteBuf all = held == null ? next : Unpooled.wrappedBuffer(held, next);
        held = null;
        int known = Math.min(all.readableBytes(), PREFACE.length);
        if (!begins(all, known)) {
            leave(context, all);
        } else if (known < PREFACE.length) {
            held = all;
        } else {
            switching.run();
            leave(context, all);
        }
    }

    private static boolean begins(ByteBuf bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes.getByte(bytes.readerIndex() + i) != PREFACE[i]) {
                return false;
            }
        }
        return true;
    }

    private void leave(ChannelHandlerContext context, ByteBuf bytes) {
        context.pipeline().remove(this);
        context.fireChannelRead(bytes);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (held != null) {
            held.release();
            held = null;
        }
    }
}
