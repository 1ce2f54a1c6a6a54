package dev.culvert.pool;

import dev.culvert.io.Shares;
import dev.culvert.link.DialListener;
import dev.culvert.link.LinkDialer;
import dev.culvert.link.LinkLimits;
import dev.culvert.link.LinkObserver;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.EventLoops;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The links to all agents: one for each agent and event loop, and a second one at times. */
public final class LinkPool implements AutoCloseable {
    private static final String CLOSED = "this side is shutting down";

    private final Map<EventExecutor, LoopPool> pools = new HashMap<>();

    /**
     * Dials nothing yet.
     *
     * @param linkLimits asked for at each dial
     * @param limits asked for at each use
     * @param shares of the agents; what their links hold is charged to them
     */
    public LinkPool(
            EventLoops loops,
            Supplier<LinkLimits> linkLimits,
            Supplier<PoolLimits> limits,
            LinkObserver observer,
            Shares<AgentAddress> shares) {
        for (EventExecutor executor : loops.group()) {
            EventLoop loop = (EventLoop) executor;
            LinkDialer dialer =
                    new LinkDialer(loop, loops.transport(), linkLimits, observer, shares);
            pools.put(loop, new LoopPool(loop, dialer, limits, observer));
        }
    }

    /** As the other, over the first lane. */
    public void acquire(EventLoop loop, AgentAddress address, DialListener listener) {
        acquire(loop, address, Lane.FIRST, listener);
    }

    /**
     * Tells {@code listener} of the link that {@code loop} has to the agent: at once when there is
     * one, else when the dial has ended. Called on {@code loop}, and so is the listener.
     */
    public void acquire(EventLoop loop, AgentAddress address, Lane lane, DialListener listener) {
        LoopPool pool = pools.get(loop);
        if (pool == null) {
            throw new IllegalArgumentException("not one of this pool's event loops: " + loop);
        }
        pool.acquire(address, lane, listener);
    }

    /** Closes every link to the agent and fails who waits for one; a later request dials anew. */
    public void remove(AgentAddress address, String reason) {
        pools.forEach((loop, pool) -> loop.execute(() -> pool.remove(address, reason)));
    }

    /**
     * Closes every link and fails who waits. Waits for the event loops, so never call it on one.
     */
    @Override
    public void close() {
        pools.forEach((loop, pool) -> loop.submit(() -> pool.close(CLOSED)).awaitUninterruptibly());
    }
}
