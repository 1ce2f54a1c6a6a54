package dev.culvert.tunnel;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;

/**
 * Passes bytes between two channels of one event loop, each at the pace of the other's reader, and
 * the end of each direction by itself.
 */
public final class Relay {
    private Relay() {}

    /**
     * Makes a socket that was accepted or is being connected wait until it is joined: nothing is
     * read, and what comes nevertheless is kept. Called when its pipeline is made.
     */
    public static void prepare(Channel socket, StreamLimits limits) {
        socket.config().setAutoRead(false);
        socket.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        limits.apply(socket);
        socket.pipeline().addLast("early", new EarlyBytes());
    }

    /** Makes a tunnel that is joined later keep what comes until then. */
    public static void hold(Channel tunnel) {
        tunnel.pipeline().addLast("early", new EarlyBytes());
    }

    /**
     * Joins them, and begins to read. Each is a tunnel or a socket that was {@link #prepare
     * prepared}. When one is cut, so is the other. Called on their loop.
     */
    public static void join(Channel one, Channel other) {
        if (!one.eventLoop().equals(other.eventLoop())) {
            throw new IllegalArgumentException("the channels have different event loops");
        }
        one.pipeline().addLast("relay", new RelayHandler(one, other));
        other.pipeline().addLast("relay", new RelayHandler(other, one));
        if (!one.isActive()) {
            RelayHandler.cut(other);
        } else if (!other.isActive()) {
            RelayHandler.cut(one);
        } else {
            one.config().setAutoRead(true);
            other.config().setAutoRead(true);
            release(one);
            release(other);
        }
    }

    private static void release(Channel channel) {
        ChannelHandlerContext early = channel.pipeline().context(EarlyBytes.class);
        if (early != null) {
            ((EarlyBytes) early.handler()).release(early);
        }
    }
}
