package dev.culvert.pool;

import dev.culvert.io.Share;
import dev.culvert.io.Shares;
import dev.culvert.link.DialListener;
import dev.culvert.link.Dialer;
import dev.culvert.link.Lane;
import dev.culvert.link.LinkObserver;
import dev.culvert.transport.AgentAddress;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The links to all agents that this process dials. Each event loop has one shared link to an agent,
 * and at times a second one.
 */
public final class LinkPool implements AutoCloseable {
    private static final String CLOSED = "this side is shutting down";

    private final Map<EventExecutor, LoopPool> pools = new HashMap<>();
    private final OpenLinks open = new OpenLinks();
    private final Shares<AgentAddress> shares;

    /**
     * Dials nothing yet.
     *
     * @param dialers makes the dialer of each event loop, once
     * @param limits asked for at each use
     * @param shares of the agents; what their links hold is charged to them
     */
    public LinkPool(
            EventLoopGroup loops,
            Function<EventLoop, Dialer> dialers,
            Supplier<PoolLimits> limits,
            LinkObserver observer,
            Shares<AgentAddress> shares) {
        this.shares = shares;
        for (EventExecutor executor : loops) {
            EventLoop loop = (EventLoop) executor;
            pools.put(loop, new LoopPool(loop, dialers.apply(loop), limits, observer, open));
        }
    }

    /**
     * Tells {@code listener} of the link that {@code loop} shares: at once when it is open, else
     * when the dial has ended. Called on {@code loop}, and so is the listener.
     */
    public void acquire(EventLoop loop, AgentAddress address, Lane lane, DialListener listener) {
        of(loop).acquire(address, lane, listener);
    }

    /**
     * Opens a link for the caller alone, who closes it: the pool only counts it. Called on {@code
     * loop}, and so is the listener.
     */
    public void dial(EventLoop loop, AgentAddress address, DialListener listener) {
        of(loop).dial(address, listener);
    }

    private LoopPool of(EventLoop loop) {
        LoopPool pool = pools.get(loop);
        if (pool == null) {
            throw new IllegalArgumentException("not one of this pool's event loops: " + loop);
        }
        return pool;
    }

    /** How many links to the agent are open, shared or not. May be asked on any thread. */
    public int openTo(AgentAddress address) {
        return open.to(address);
    }

    /** What the agent's links are charged to. May be asked on any thread. */
    public Share share(AgentAddress address) {
        return shares.of(address);
    }

    /**
     * Closes every shared link to the agent, fails who waits for one, and forgets its share. A
     * later request dials anew.
     */
    public void remove(AgentAddress address, String reason) {
        pools.forEach((loop, pool) -> loop.execute(() -> pool.remove(address, reason)));
        shares.forget(address);
    }

    /**
     * Closes every shared link and fails who waits. Waits for the event loops, so never call it on
     * one.
     */
    @Override
    public void close() {
        pools.forEach((loop, pool) -> loop.submit(() -> pool.close(CLOSED)).awaitUninterruptibly());
    }
}
