package dev.culvert.io;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/**
 * Flushes once for many writes: at the end of the read burst that caused them, or else of the event
 * loop's current round. Whoever writes does not flush.
 */
/* Small writes to a socket are the costliest thing a link can do, and on vsock some kernels count the
 * overhead of each against the receiver's buffer and reset the connection. */
public final class FlushHandler extends ChannelDuplexHandler {
    private Runnable flushLater = () -> {};
    private boolean reading;
    private boolean pending;

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        flushLater = () -> flushPending(context); // one for the channel, not one for each burst
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        context.write(message, promise);
        if (!pending) {
            pending = true;
            if (!reading) {
                context.executor().execute(flushLater);
            }
        }
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        pending = false;
        context.flush();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        reading = true;
        context.fireChannelRead(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        reading = false;
        flushPending(context);
        context.fireChannelReadComplete();
    }

    private void flushPending(ChannelHandlerContext context) {
        if (pending) {
            flush(context);
        }
    }
}
