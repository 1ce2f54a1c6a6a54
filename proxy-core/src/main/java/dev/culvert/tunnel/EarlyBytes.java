package dev.culvert.tunnel;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Keeps what comes on a socket before it is joined with another one. Although nothing is read there
 * ({@code autoRead} is off), Netty reads once when the peer has closed its side. Confined to the
 * event loop.
 */
final class EarlyBytes extends ChannelInboundHandlerAdapter {
    /** Bytes, and a user event after them. */
    private final Queue<Object> early = new ArrayDeque<>(2);

    private final Queue<Object> events = new ArrayDeque<>(2);
    private boolean released;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (released) {
            context.fireChannelRead(message);
        } else {
            early.add(message);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (released) {
            context.fireUserEventTriggered(event);
        } else {
            events.add(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (released) {
            context.fireExceptionCaught(cause);
        } else {
            context.close();
        }
    }

    /** Passes on what has come, and from now on all that comes. */
    void release(ChannelHandlerContext context) {
        released = true;
        while (!early.isEmpty()) {
            context.fireChannelRead(early.remove());
        }
        context.fireChannelReadComplete();
        while (!events.isEmpty()) {
            context.fireUserEventTriggered(events.remove());
        }
        context.pipeline().remove(this);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        early.forEach(ReferenceCountUtil::release);
        early.clear();
    }
}
