package dev.culvert.link;

import dev.culvert.frame.Frame;
import dev.culvert.io.Share;
import dev.culvert.transport.AgentAddress;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Makes links of the connections that agents open. Safe for all threads. */
public final class Trunks {
    private final Supplier<LinkLimits> limits;
    private final LinkObserver observer;
    private final Map<EventExecutor, Deadlines> deadlines = new HashMap<>();

    /**
     * Makes none yet.
     *
     * @param loops on which requests, and the connections, live
     * @param limits asked for at each connection; a link keeps the limits that it began with
     */
    public Trunks(
            Iterable<? extends EventExecutor> loops,
            Supplier<LinkLimits> limits,
            LinkObserver observer) {
        this.limits = limits;
        this.observer = observer;
        for (EventExecutor loop : loops) {
            deadlines.put(loop, new Deadlines((EventLoop) loop));
        }
    }

    LinkLimits limits() {
        return limits.get();
    }

    LinkObserver observer() {
        return observer;
    }

    Deadlines deadlines(EventLoop loop) {
        Deadlines known = deadlines.get(loop);
        if (known == null) {
            throw new IllegalArgumentException("not one of these event loops: " + loop);
        }
        return known;
    }

    /**
     * Adds the handlers of a connection of which nobody knows yet whose it is. Called on its loop.
     *
     * @param waiting is charged for what the connection holds until it is adopted
     * @param first sees the first frame, and removes itself
     * @param handshake finds out whose it is: it gets frames, and afterwards passes them on
     */
    public void begin(
            Channel channel, Share waiting, ChannelHandler first, ChannelHandler handshake) {
        TrunkPipeline.begin(channel, limits(), waiting, first, handshake);
    }

    /**
     * Makes a link of a connection that was begun here. Frames that its handshake passes on are
     * those of the link. Called on its loop.
     *
     * @param from where the agent dialled from, for people
     * @param share of the agent, which is charged for what the link holds
     */
    public Trunk adopt(Channel channel, AgentAddress.Incoming address, String from, Share share) {
        Trunk trunk = new Trunk(this, address, from, share, channel);
        TrunkPipeline.adopt(channel, trunk);
        observer.onLinkOpened(trunk.main());
        return trunk;
    }

    /**
     * Closes a connection that was begun here, after {@code last} is sent, which tells the agent
     * why. If it has become a link, every exchange on it ends for that reason. Takes ownership of
     * {@code last}. Called on the connection's loop.
     */
    public static void close(Channel channel, Frame last, String reason) {
        LinkHandler link = channel.pipeline().get(LinkHandler.class);
        channel.writeAndFlush(last)
                .addListener(_ -> {
                    if (link == null) {
                        channel.close();
                    } else {
                        link.link().close(reason);
                    }
                });
    }
}
